# bash completion for tollgate-cli: commands, their words and options. Names of providers are not asked for: that would open the profile.
_tollgate_cli() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
  case $previous in
    --profile) compopt -o dirnames; return ;;
    --messages | --ca | --script | --journal) compopt -o default; return ;;
    --cache) words='use refresh bypass' ;;
    --format) words='jsonl csv' ;;
    --type) words='openai openai-responses openai-compatible anthropic gemini ollama azure serverless simulator' ;;
    --range) words='15m 1h 24h 7d 30d 90d' ;;
    --group-by) words='none model provider source client day hour' ;;
  esac
  if [ -z "$words" ]; then
    for ((i = 1; i < COMP_CWORD; i++)); do
      case ${COMP_WORDS[i]} in
        --profile) ((i++)) ;;
        -*) ;;
        *) command=${COMP_WORDS[i]}; break ;;
      esac
    done
    case $command in
      '') words='send providers keys requests report prices cache doctor simulate --profile --demo --json --help --version' ;;
      send) words='--provider --model --system --param --var --messages --cache --ttl --stream --tag --attempts --timeout --allow-over-budget --json' ;;
      providers) words='list add set remove test models --type --name --base-url --key-env --key-header --no-key --default-model --header
        --extra-body --ca --proxy --api-version --deployment --parallel --enable --disable --price-per-million --price-per-gb-second
        --memory-mib --price-per-call --json' ;;
      keys) words='set use delete status --name --json' ;;
      requests) words='list show export --limit --filter --format --json' ;;
      report) words='--range --group-by --utc --json' ;;
      prices) words='list set import remove --model --provider --input --output --cached-input --cache-write --reasoning --since --json' ;;
      cache) words='stats purge --model --expired --json' ;;
      doctor) words='--json' ;;
      simulate) words='--port --latency-ms --ttft-ms --tokens-per-second --tokens --error-rate --cold-start-ms --script --journal --seed --json' ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _tollgate_cli tollgate-cli
