import { wrap } from '../text/wrap.ts';
import { commands, commandTitle, type OptionGroup, type OptionSpec, options } from './command-line.ts';
import { ConfigError, type UsageError } from './usage-error.ts';

const WIDTH = 80;
const LEFT = 20;

/** The text of `--help`: at most 80 columns, ending in a line end. */
export function formatHelp(version: string): string {
  const groups = [...new Set(options.map((option) => option.group))];
  const variables = options.flatMap((option) => option.env ?? []);
  return [
    `botop ${version}: one terminal screen for a PM2 fleet of bots.`,
    '',
    'Usage: botop [COMMAND] [OPTIONS]',
    '',
    'Commands',
    ...commands.flatMap((command) => entry(command.word ?? '(none)', command.help)),
    ...groups.flatMap((group) => [
      '',
      group,
      ...optionsOf(group).flatMap((option) => entry(typed(option), help(option))),
    ]),
    '',
    'Environment',
    ...variables.flatMap((variable) => entry(variable.name, variable.help)),
    '',
    'On the screen, ? shows the keys. docs/configuration.md describes botop.yaml.',
    'A wrong command line or configuration exits with 64.',
    '',
  ].join('\n');
}

/** What is said on stderr of a command line or a configuration that cannot be understood; ends in a line end. */
export function formatUsageError(error: UsageError): string {
  const message = error.hint ? `${error.message}; ${error.hint}` : error.message;
  const [faults, more] =
    error instanceof ConfigError
      ? [error.faults, 'docs/configuration.md says what may stand in it.']
      : [[], 'botop --help lists the commands and options.'];
  return [`botop: ${message}`, ...faults, more, ''].join('\n');
}

const optionsOf = (group: OptionGroup): OptionSpec[] => options.filter((option) => option.group === group);

function typed(option: OptionSpec): string {
  const short = option.short ? `-${option.short}, ` : '';
  return `${short}--${option.name}${option.value ? ` ${option.value}` : ''}`;
}

/** An option's help, with the commands it belongs to when they are not all. */
function help(option: OptionSpec): string {
  if (option.commands.length === commands.length) return option.help;
  return `${option.help} Only with ${option.commands.map(commandTitle).join(' and ')}.`;
}

function entry(left: string, text: string): string[] {
  const lines = wrap(text, WIDTH - LEFT - 2);
  return lines.map((line, index) => `  ${(index === 0 ? left : '').padEnd(LEFT)}${line}`);
}
