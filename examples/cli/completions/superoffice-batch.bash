# Completion of superoffice-batch for bash. The tests compare it with --help.
_superoffice_batch() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' each
    local commands='get watch stop list start delete output fetch probe login logout'
    local options='--base-url --json --timeout --ca-file --tls --language --culture --time-zone --memory --proxy --retry --trace --plain-http --help --version'

    COMPREPLY=()
    case $before in
        --ca-file | -o | --output)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --tls) options='1.2 1.3' commands='' ;;
        --select) options='Id Name AssociateId DetailsTable DetailsRecord IsSystemTask IsInternalTask ParameterObject LastStarted Created StartCount DatabaseSerialNumber Context Result State Description Response Request ProgressDescription ProgressPercent FileName CancellationBehaviour TableRight FieldProperties' commands='' ;;
        --state) options='All Unknown New Aquired Started Succeeded Failed SucceededManualCleanup' commands='' ;;
        --base-url | --timeout | --language | --culture | --time-zone | --memory | --proxy | --retry | --interval | --deadline | --exec | --name | --port) return ;;
        *)
            for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                [[ " $commands " == *" $each "* ]] && command=$each && break
            done
            case $command in
                '') ;;
                get) options+=' --select' commands='' ;;
                watch) options+=' --select --interval --deadline --exec' commands='' ;;
                stop) options+=' --yes' commands='' ;;
                list) options+=' --state --mine --name' commands='' ;;
                output) options+=' --output --force' commands='' ;;
                fetch) options+=' --output --force --cleanup --interval --deadline' commands='' ;;
                login) options+=' --port --deadline' commands='' ;;
                *) commands='' ;;
            esac
            if [[ $word == -* ]]; then commands=''
            elif [[ -n $commands ]]; then options=''
            elif [[ ' get watch stop delete output fetch ' == *" $command "* ]]; then
                # The ids of the tasks that run now; of those that are over for a command that wants such a task.
                local states='Started'
                [[ $command == output ]] && states='Succeeded SucceededManualCleanup'
                [[ $command == delete ]] && states='Succeeded SucceededManualCleanup Failed'
                options=$(for each in $states; do
                    superoffice-batch list --state "$each" --timeout 3 2>/dev/null </dev/null
                done | while read -r each _; do printf '%s ' "$each"; done)
            else return; fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$commands $options" -- "$word")
}
complete -F _superoffice_batch superoffice-batch
