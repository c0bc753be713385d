import { expect, test } from 'vitest';
import { commands, options } from '../../src/config/command-line.ts';
import { formatHelp, formatUsageError } from '../../src/config/help.ts';
import { UsageError } from '../../src/config/options.ts';

test('the help names every command, option and variable within 80 columns', () => {
  const help = formatHelp('1.2.3');
  expect(help.split('\n')[0]).toContain('botop 1.2.3');
  for (const option of options) expect(help).toContain(`--${option.name}`);
  for (const command of commands) expect(help).toContain(command.word ?? 'botop [COMMAND]');
  expect(help).toContain('PM2_HOME');
  expect(help).toContain('NO_COLOR');
  expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(help.endsWith('\n')).toBe(true);
});

test('the help reads like this', () => {
  expect(formatHelp('1.2.3')).toMatchSnapshot();
});

test('a usage error says what is wrong, what to type, and where the help is', () => {
  expect(formatUsageError(new UsageError('no view "x"', 'allowed: home'))).toBe(
    'botop: no view "x"; allowed: home\nbotop --help lists the commands and options.\n',
  );
  expect(formatUsageError(new UsageError('wrong'))).toBe(
    'botop: wrong\nbotop --help lists the commands and options.\n',
  );
});
