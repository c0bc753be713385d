import { expect, test } from 'vitest';
import { commands, options } from '../../src/config/command-line.ts';
import { manualPage } from '../../src/config/manual.ts';

const page = manualPage('1.2.3');

test('has every command, option and variable', () => {
  const plain = page.replaceAll('\\-', '-');
  for (const { word } of commands) if (word) expect(plain).toContain(`\\fB${word}\\fR`);
  for (const { name, env } of options) {
    expect(plain).toContain(`--${name}`);
    if (env) expect(plain).toContain(env.name);
  }
});

test('no text is taken for a request, a dash is a dash, and the version is in it', () => {
  const known = /^\.(TH|SH|SS|TP|PP)( |$)/;
  for (const line of page.split('\n')) {
    if (line.startsWith('.')) expect(line).toMatch(known);
    else expect(line).not.toMatch(/^'|(?<!\\)-/);
  }
  expect(page).toContain('botop 1.2.3');
});
