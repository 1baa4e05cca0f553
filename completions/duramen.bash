# Made by tools/cli_files.py from the tool's --help. Completion of duramen for bash.
_duramen() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' options='' i
  [[ $word == '=' ]] && word=''
  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      verb=${COMP_WORDS[i]}
      break
    fi
  done
  case $before in
    --arguments) return ;;
    --atol) return ;;
    --dtype)
      COMPREPLY=($(compgen -W 'float32 float64 float16 bfloat16' -- "$word"))
      return
      ;;
    --grad-output | --grads | --input | --output | --weights | -o) return ;;
    --to) return ;;
    --digest) return ;;
    --get | --get-metadata | --sort | --unset | --unset-metadata) return ;;
    --kind) return ;;
    --align | --depth | --threads) return ;;
    --preset) return ;;
    --regex) return ;;
    --select | --select-a | --select-b) return ;;
    --exclude | --include) return ;;
    --policy) return ;;
    --rtol) return ;;
    --rename) return ;;
    --seed) return ;;
    --max-shard-size) return ;;
    --set | --set-metadata) return ;;
    --color)
      COMPREPLY=($(compgen -W 'auto always never' -- "$word"))
      return
      ;;
  esac
  case $verb in
    '') options='ls info show diff convert rename cast split merge extract verify tree init check run describe doctor -h --help -V --version' ;;
    ls) options='-h --help --include --exclude --kind --trainable --dtype --json --hash --tree --depth --sort --color' ;;
    info) options='-h --help --digest --metadata --get --get-metadata --set --set-metadata --unset --unset-metadata --json --color' ;;
    show) options='-h --help --include --exclude --kind --trainable --dtype --dequantize --full --stats --json --color' ;;
    diff) options='-h --help --select-a --select-b --include --exclude --dtype --rtol --atol --ignore-dtype --ignore-values --all --dequantize --json --color' ;;
    convert) options='-h --help --select --include --exclude --dtype --dequantize --drop-optimizer -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json' ;;
    rename) options='-h --help --select --rename --preset --regex --dry-run -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json' ;;
    cast) options='-h --help --dtype --include --exclude --dequantize --dry-run -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json --color' ;;
    split) options='-h --help --max-shard-size --select -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json' ;;
    merge) options='-h --help --select --last --first -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json' ;;
    extract) options='-h --help --select --dequantize -o --output --to --drop-values --clone-ties --drop-ties --set-metadata --unset-metadata --align --json' ;;
    verify) options='-h --help --include --exclude --dtype --dequantize --digest --allow-nan --allow-inf --stats --json --color' ;;
    tree) options='-h --help --unknown-as-containers --arguments --dtype --seed --include --exclude --kind --trainable --text --json --hash --color' ;;
    init) options='-h --help --unknown-as-containers --arguments --dtype --seed -o --output --to' ;;
    check) options='-h --help --unknown-as-containers --arguments --dtype --select --rename --preset --regex --policy --json --color' ;;
    run) options='-h --help --unknown-as-containers --arguments --dtype --seed --weights --select --rename --preset --regex --policy --input -o --output --train --threads --grad-output --grads' ;;
    describe) options='-h --help --json --color' ;;
    doctor) options='-h --help --json --color' ;;
  esac
  if [[ $verb == describe && $word != -* ]]; then
    options=$(duramen describe --color=never 2>/dev/null | awk 'NF > 1 { print $1 }')
  elif [[ -n $verb && $word != -* ]]; then
    return  # file names, by complete -o default
  fi
  COMPREPLY=($(compgen -W "$options" -- "$word"))
}
complete -o default -F _duramen duramen
