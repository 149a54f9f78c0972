# Made from the option model; to renew it see CONTRIBUTING.md.
_lkagent() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local path='' word words=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ' worker' | 'worker start' | 'worker drain' | 'worker health' | ' dispatch' | ' status' | ' probe-init' | ' dev-server' | ' demo') path="${path:+$path }$word" ;;
    esac
  done
  # bash cuts --option=value at the "="
  if [[ $current == '=' ]]; then current=''; fi
  if [[ $previous == '=' ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
  case "$previous" in
    --agent) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --agent-name) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --agent-option) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --api-key) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --api-secret-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --classpath) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --cold) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --compare) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --concurrency) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --cpus) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --csv) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --delete) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --drain-timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --env) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --exec) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --explain) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --fail-on-regression) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --fault) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --faults) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --hold) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --host) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --html) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --idle-processes) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --idle-timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --init-timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --interpreter) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --job-retries) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --json) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --junit) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --jvm-arg) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --load) mapfile -t COMPREPLY < <(compgen -W 'jobs cpu memory' -- "$current"); return ;;
    --load-threshold) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --log-format) mapfile -t COMPREPLY < <(compgen -W 'auto json text' -- "$current"); return ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$current"); return ;;
    --max) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --max-initializing) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --max-jobs) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --max-retry) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --memory) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --memory-limit) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --memory-warn) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --metadata) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --min-success) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --node) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --output) mapfile -t COMPREPLY < <(compgen -W 'table wide json yaml' -- "$current"); return ;;
    --ping-interval) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --ping-timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --port) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --port-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --prepare) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --python) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --rooms) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --runs) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --runtime-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --shutdown-timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --tls-certificate) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --tls-key) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --url) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --vad) mapfile -t COMPREPLY < <(compgen -W 'plain onnxruntime off' -- "$current"); return ;;
    --wait) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --warmup) mapfile -t COMPREPLY < <(compgen -W '' -- "$current"); return ;;
    --working-directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
  esac
  case "$path" in
    '') words='worker dispatch status probe-init dev-server demo --debug -h --help --quiet -V --version' ;;
    'worker') words='start drain health --debug -h --help --quiet -V --version' ;;
    'worker start') words='--agent --agent-name --agent-option --api-key --api-secret-file --ca-file --classpath --config --debug --dev --drain-timeout --env --exec -h --help --host --idle-processes --idle-timeout --init-timeout --interpreter --job-retries --jvm-arg --load --load-threshold --log-format --log-level --max-initializing --max-jobs --max-retry --memory-limit --memory-warn --no-fork --node --pass-api-keys --ping-interval --ping-timeout --port --port-file --print-config --python --quiet --runtime-dir --shutdown-timeout --url --vad -V --version --working-directory' ;;
    'worker drain') words='--debug -h --help --quiet --runtime-dir --timeout -V --version' ;;
    'worker health') words='--debug -h --help --port --quiet --runtime-dir --timeout -V --version' ;;
    'dispatch') words='--agent-name --api-key --api-secret-file --ca-file --debug --delete -h --help --list --metadata --no-create-room --no-wait -o --output --quiet --runtime-dir --url -V --version --wait' ;;
    'status') words='--debug -h --help -o --output --quiet --runtime-dir --timeout --url -V --version' ;;
    'probe-init') words='--agent --agent-name --agent-option --classpath --cold --compare --concurrency --config --cpus --csv --debug --env --exec --explain --fail-fast --fail-on-regression --faults -h --help --html --interpreter --json --junit --jvm-arg --list-faults --max --memory --min-success --no-fork --no-inside --node -o --output --pass-api-keys --prepare --python --quiet --runs --shutdown-timeout --timeout --vad -V --version --warmup --working-directory' ;;
    'dev-server') words='--api-key --api-secret-file --debug --fault -h --help --host --port --port-file --quiet --real-delays --tls-certificate --tls-key -V --version' ;;
    'demo') words='--debug -h --help --hold --interpreter --no-fork --node --python --quiet --rooms -V --version' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o nosort -F _lkagent lkagent
