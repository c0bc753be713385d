/** The man page, made from the tables that the parser and `--help` are made from. */
import { commands, commandTitle, type OptionSpec, options } from './command-line.ts';

/** Text of roff: what begins a request or an escape stands for itself. */
const text = (line: string): string =>
  line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
const bold = (word: string): string => `\\fB${text(word)}\\fR`;
const italic = (word: string): string => `\\fI${text(word)}\\fR`;

/** `man/botop.1`, ending in a line end. */
export function manualPage(version: string): string {
  const groups = [...new Set(options.map((option) => option.group))];
  const variables = options.flatMap((option) => option.env ?? []);
  return [
    `.TH BOTOP 1 "" "botop ${version}" "User Commands"`,
    '.SH NAME',
    'botop \\- one terminal screen for a PM2 fleet of bots',
    '.SH SYNOPSIS',
    `${bold('botop')} [${italic('COMMAND')}] [${italic('OPTIONS')}]`,
    '.SH DESCRIPTION',
    text(
      'Watches the bots that PM2 runs, their logs, the machine, PostgreSQL and Redis on one screen, and puts what one does about them under single keys, each behind a question that says what will happen.',
    ),
    '.PP',
    text('On the screen, ? shows the keys that mean something where you stand.'),
    '.SH COMMANDS',
    ...commands.flatMap((command) => tagged(bold(command.word ?? '(none)'), command.help)),
    '.SH OPTIONS',
    ...groups.flatMap((group) => [
      `.SS ${group}`,
      ...options.filter((option) => option.group === group).flatMap((option) => tagged(typed(option), helpOf(option))),
    ]),
    '.SH ENVIRONMENT',
    ...variables.flatMap((variable) => tagged(bold(variable.name), variable.help)),
    '.SH FILES',
    ...tagged(
      `${bold('botop.yaml')}, ${bold('$XDG_CONFIG_HOME/botop/config.yaml')}, ${bold('/etc/botop/config.yaml')}`,
      'The configuration: the first of them that is there. A file that others can write is refused.',
    ),
    ...tagged(
      bold('$XDG_STATE_HOME/botop/'),
      'What botop keeps: audit.ndjson with a record of every attempted action, and evidence saved before logs are flushed.',
    ),
    '.SH EXIT STATUS',
    ...tagged('0', 'It ran.'),
    ...tagged('1', 'It could not: the last line on stderr says why.'),
    ...tagged('64', 'The command line or the configuration cannot be understood.'),
    '.SH SEE ALSO',
    `${bold('pm2')}(1), ${bold('htop')}(1)`,
    '',
  ].join('\n');
}

const tagged = (tag: string, help: string): string[] => ['.TP', tag, text(help)];

function typed(option: OptionSpec): string {
  const short = option.short ? `${bold(`-${option.short}`)}, ` : '';
  return `${short}${bold(`--${option.name}`)}${option.value ? ` ${italic(option.value)}` : ''}`;
}

function helpOf(option: OptionSpec): string {
  if (option.commands.length === commands.length) return option.help;
  return `${option.help} Only with ${option.commands.map(commandTitle).join(' and ')}.`;
}
