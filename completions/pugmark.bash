# Completions of pugmark for bash; made by `pugmark completions bash`.
_pugmark() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
  local command="${COMP_WORDS[1]}" words="" values=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "hunt show explain export rules completions man version --help --version" -- "$word"))
    return
  fi
  [[ $command == rules && $COMP_CWORD -gt 2 ]] && command="rules ${COMP_WORDS[2]}"
  case "$command" in
    "hunt")
      words="--output --rules --yara --no-default-rules --iocs --level --exclude-rule --placeholders --carve --limit --fail-on --force --threads --color --quiet --help" values=""
      case "$before" in
        --output|-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --rules|-r) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --yara|-y) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --iocs) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --level) COMPREPLY=($(compgen -W "informational low medium high critical" -- "$word")); return ;;
        --exclude-rule) COMPREPLY=(); return ;;
        --placeholders) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --limit) COMPREPLY=(); return ;;
        --fail-on) COMPREPLY=($(compgen -W "informational low medium high critical" -- "$word")); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "show")
      words="--jsonl --level --rule --computer --from --to --item --verdict --limit --threads --color --quiet --help" values="summary findings timeline tracks coverage rules gaps verdict statements accounts items files"
      case "$before" in
        --level) COMPREPLY=($(compgen -W "informational low medium high critical" -- "$word")); return ;;
        --rule) COMPREPLY=(); return ;;
        --computer) COMPREPLY=(); return ;;
        --from) COMPREPLY=(); return ;;
        --to) COMPREPLY=(); return ;;
        --item) COMPREPLY=(); return ;;
        --verdict) COMPREPLY=($(compgen -W "clean suspicious malicious" -- "$word")); return ;;
        --limit|-n) COMPREPLY=(); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "explain")
      words="--evidence --threads --color --quiet --help" values=""
      case "$before" in
        --evidence) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "export")
      words="--to --output --force --level --rule --computer --item --limit --threads --color --quiet --help" values=""
      case "$before" in
        --to) COMPREPLY=($(compgen -W "timesketch hayabusa ocsf navigator csv" -- "$word")); return ;;
        --output|-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --level) COMPREPLY=($(compgen -W "informational low medium high critical" -- "$word")); return ;;
        --rule) COMPREPLY=(); return ;;
        --computer) COMPREPLY=(); return ;;
        --item) COMPREPLY=(); return ;;
        --limit|-n) COMPREPLY=(); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "rules check")
      words="--jsonl --placeholders --threads --color --quiet --help" values=""
      case "$before" in
        --placeholders) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "rules list")
      words="--jsonl --placeholders --threads --color --quiet --help" values=""
      case "$before" in
        --placeholders) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --threads) COMPREPLY=(); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "completions")
      words="--color --quiet --help" values="bash zsh fish"
      case "$before" in
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "man")
      words="--color --quiet --help" values=""
      case "$before" in
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    "version")
      words="--color --quiet --help" values=""
      case "$before" in
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
      esac ;;
    rules) values="check list" ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$values" -- "$word") $(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _pugmark pugmark
