/** What shells need to complete botop's command line, made from the tables that the parser and `--help` are made from. */
import { commands, type OptionName, type OptionSpec, options, views } from './command-line.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Where the script of each shell is in the package; zsh finds its own by this name. */
export const completionFiles: Readonly<Record<Shell, string>> = {
  bash: 'completions/botop.bash',
  zsh: 'completions/_botop',
  fish: 'completions/botop.fish',
};

export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

/** What follows an option: file names, folders, one of some words, or what only the person can know. */
type Values = 'files' | 'folders' | readonly string[] | null;

const valuesOf: Readonly<Partial<Record<OptionName, Values>>> = {
  config: 'files',
  'pm2-home': 'folders',
  logs: 'files',
  view: views.map((view) => view.name),
};

const words = commands.flatMap((command) => (command.word === null ? [] : [{ ...command, word: command.word }]));
const first = (help: string): string => /^(.*?)[.:;](\s|$)/.exec(help)?.[1] ?? help;
const typed = (option: OptionSpec): string[] => [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])];
/** The options of one command, the default one by null. */
const optionsOf = (word: string | null): OptionSpec[] =>
  options.filter((option) =>
    option.commands.some((name) => commands.find((spec) => spec.name === name)?.word === word),
  );

function bash(): string {
  const list = (word: string | null): string => optionsOf(word).flatMap(typed).join(' ');
  const answers = options.flatMap((option) => {
    if (!option.value) return [];
    const values = valuesOf[option.name] ?? null;
    const reply =
      values === 'files'
        ? `IFS=$'\\n'; compopt -o filenames; COMPREPLY=($(compgen -f -- "$word"))`
        : values === 'folders'
          ? `IFS=$'\\n'; compopt -o filenames; COMPREPLY=($(compgen -d -- "$word"))`
          : values === null
            ? 'COMPREPLY=()'
            : `COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$word"))`;
    return [`    ${typed(option).join(' | ')}) ${reply}; return ;;`];
  });
  return `# bash completion of botop. Made from its option table; source it in ~/.bashrc.
_botop() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= each IFS=$' \\t\\n'
  case $before in
${answers.join('\n')}
  esac
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in ${words.map(({ word }) => word).join(' | ')}) command=$each ;; esac
  done
  local known
  case $command in
${words.map(({ word }) => `    ${word}) known='${list(word)}' ;;`).join('\n')}
    *) known='${list(null)} ${words.map(({ word }) => word).join(' ')}' ;;
  esac
  COMPREPLY=($(compgen -W "$known" -- "$word"))
}
complete -F _botop botop
`;
}

/** Inside single quotes of zsh's argument descriptions. */
const zshText = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&');

function zsh(): string {
  const argument = (option: OptionSpec): string => {
    const values = valuesOf[option.name] ?? null;
    const action =
      values === 'files'
        ? '_files'
        : values === 'folders'
          ? '_files -/'
          : values === null
            ? ''
            : `(${values.join(' ')})`;
    const value = option.value ? `:${option.value.toLowerCase()}:${action}` : '';
    const names = typed(option);
    const text = `[${zshText(first(option.help))}]${value}`;
    const many = option.isRepeatable ? '*' : '';
    if (names.length === 1) return `'${many}${names[0]}${text}'`;
    return `'(${names.join(' ')})'{${names.join(',')}}'${text}'`;
  };
  const list = (word: string | null): string => optionsOf(word).map(argument).join(' \\\n        ');
  return `#compdef botop
# zsh completion of botop. Made from its option table; put its folder into $fpath before compinit.
_botop() {
  local -a commands
  commands=(
${words.map(({ word, help }) => `    '${word}:${zshText(first(help))}'`).join('\n')}
  )
  local each command=
  for each in \${words[2,CURRENT-1]}; do
    case $each in (${words.map(({ word }) => word).join('|')}) command=$each ;; esac
  done
  case $command in
${words.map(({ word }) => `    (${word})\n      _arguments \\\n        ${list(word)} \\\n        '*: :'\n      ;;`).join('\n')}
    (*)
      _arguments \\
        ${list(null)} \\
        '1: :{_describe command commands}'
      ;;
  esac
}
_botop "$@"
`;
}

const fishText = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

function fish(): string {
  const all = words.map(({ word }) => word).join(' ');
  const condition = (option: OptionSpec): string => {
    const its = words.filter(({ name }) => option.commands.includes(name)).map(({ word }) => word);
    const others = words.filter(({ name }) => !option.commands.includes(name)).map(({ word }) => word);
    if (others.length === 0 && option.commands.includes('monitor')) return '';
    return option.commands.includes('monitor')
      ? ` -n 'not __fish_seen_subcommand_from ${others.join(' ')}'`
      : ` -n '__fish_seen_subcommand_from ${its.join(' ')}'`;
  };
  const lines = options.map((option) => {
    const values = valuesOf[option.name] ?? null;
    const value = !option.value
      ? ''
      : values === 'files'
        ? ' -r -F'
        : values === 'folders'
          ? " -x -a '(__fish_complete_directories)'"
          : values === null
            ? ' -x'
            : ` -x -a ${fishText(values.join(' '))}`;
    const short = option.short ? ` -s ${option.short}` : '';
    return `complete -c botop${condition(option)} -l ${option.name}${short}${value} -d ${fishText(first(option.help))}`;
  });
  return `# fish completion of botop. Made from its option table; link it into ~/.config/fish/completions.
complete -c botop -f
${words
  .map(
    ({ word, help }) =>
      `complete -c botop -n 'not __fish_seen_subcommand_from ${all}' -a ${word} -d ${fishText(first(help))}`,
  )
  .join('\n')}
${lines.join('\n')}
`;
}
