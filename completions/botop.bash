# bash completion of botop. Made from its option table; source it in ~/.bashrc.
_botop() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= each IFS=$' \t\n'
  case $before in
    --config) IFS=$'\n'; compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;
    --pm2-home) IFS=$'\n'; compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")); return ;;
    --logs) IFS=$'\n'; compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;
    --database-url) COMPREPLY=(); return ;;
    --redis-url) COMPREPLY=(); return ;;
    --view) COMPREPLY=($(compgen -W 'home bots errors resources database logs' -- "$word")); return ;;
    --interval) COMPREPLY=(); return ;;
    --theme) COMPREPLY=(); return ;;
  esac
  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in snapshot | demo) command=$each ;; esac
  done
  local known
  case $command in
    snapshot) known='--config --pm2-home --logs --database-url --redis-url --view --ascii --no-color --read-only --json --help -h --version -V' ;;
    demo) known='--view --interval --ascii --no-color --theme --low-bandwidth --read-only --json --help -h --version -V' ;;
    *) known='--config --pm2-home --logs --database-url --redis-url --view --interval --ascii --no-color --theme --low-bandwidth --read-only --help -h --version -V snapshot demo' ;;
  esac
  COMPREPLY=($(compgen -W "$known" -- "$word"))
}
complete -F _botop botop
