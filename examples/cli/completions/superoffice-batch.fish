# Completion of superoffice-batch for fish. The tests compare it with --help.
set -l commands get watch stop list start delete output fetch probe login logout
set -l properties 'Id Name AssociateId DetailsTable DetailsRecord IsSystemTask IsInternalTask ParameterObject LastStarted Created StartCount DatabaseSerialNumber Context Result State Description Response Request ProgressDescription ProgressPercent FileName CancellationBehaviour TableRight FieldProperties'

complete -c superoffice-batch -f
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a get -d 'show tasks once'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a watch -d 'follow tasks to their end'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a stop -d 'stop a task'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a list -d 'list the tasks of users'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a start -d 'start a job'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a delete -d 'delete tasks'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a output -d 'download the file of a finished task'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a fetch -d 'follow a task and download its file'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a probe -d 'ask the server for its versions'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a login -d 'log a person in by browser'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a logout -d 'forget the stored log-in'

complete -c superoffice-batch -l base-url -x -d 'the server and the tenant'
complete -c superoffice-batch -l json -d 'print JSON'
complete -c superoffice-batch -l timeout -x -d 'the time limit of each call'
complete -c superoffice-batch -l ca-file -r -F -d 'trust the certificate authorities in this PEM file'
complete -c superoffice-batch -l tls -x -a '1.2 1.3' -d 'offer this version of TLS only'
complete -c superoffice-batch -l language -x -d 'the language of texts'
complete -c superoffice-batch -l culture -x -d 'the format of dates and numbers inside texts'
complete -c superoffice-batch -l time-zone -x -d 'the time zone of dates'
complete -c superoffice-batch -l memory -x -d 'the memory for a reply'
complete -c superoffice-batch -l proxy -x -d 'connect through this HTTP proxy'
complete -c superoffice-batch -l retry -x -d 'make a failed call again, so many times'
complete -c superoffice-batch -l trace -d 'say what is connected, sent and received'
complete -c superoffice-batch -l plain-http -d 'allow a server with http://'
complete -c superoffice-batch -s h -l help -d 'print a summary and exit'
complete -c superoffice-batch -l version -d 'print the version and exit'
complete -c superoffice-batch -n '__fish_seen_subcommand_from get watch' -l select -x -a $properties -d 'ask for these properties only'
complete -c superoffice-batch -n '__fish_seen_subcommand_from watch fetch' -l interval -x -d 'the time from one reply to the next question'
complete -c superoffice-batch -n '__fish_seen_subcommand_from watch fetch' -l deadline -x -d 'give up after this time'
complete -c superoffice-batch -n '__fish_seen_subcommand_from login' -l port -x -d 'the port of the registered address'
complete -c superoffice-batch -n '__fish_seen_subcommand_from login' -l deadline -x -d 'wait so long for the browser'
complete -c superoffice-batch -n '__fish_seen_subcommand_from stop' -l yes -d 'stop it without a question'
complete -c superoffice-batch -n '__fish_seen_subcommand_from list' -l state -x -a 'All Unknown New Aquired Started Succeeded Failed SucceededManualCleanup' -d 'only tasks in this state'
complete -c superoffice-batch -n '__fish_seen_subcommand_from list' -l mine -d 'only the user\'s own tasks'
complete -c superoffice-batch -n '__fish_seen_subcommand_from list' -l name -x -d 'only tasks of this name'
complete -c superoffice-batch -n '__fish_seen_subcommand_from output fetch' -s o -l output -r -F -d 'write this file'
complete -c superoffice-batch -n '__fish_seen_subcommand_from output fetch' -l force -d 'replace the file if there is one'
complete -c superoffice-batch -n '__fish_seen_subcommand_from fetch' -l cleanup -d 'delete the task when the file is safe'
complete -c superoffice-batch -n '__fish_seen_subcommand_from watch' -l exec -x -d 'run this when a task has ended'
# The ids of the tasks that run now; of those that are over for a command that wants such a task.
function __superoffice_batch_ids
    for state in $argv
        superoffice-batch list --state $state --timeout 3 2>/dev/null </dev/null | string replace -r " .*" ""
    end
end
complete -c superoffice-batch -n '__fish_seen_subcommand_from get watch stop fetch' -a '(__superoffice_batch_ids Started)'
complete -c superoffice-batch -n '__fish_seen_subcommand_from output' -a '(__superoffice_batch_ids Succeeded SucceededManualCleanup)'
complete -c superoffice-batch -n '__fish_seen_subcommand_from delete' -a '(__superoffice_batch_ids Succeeded SucceededManualCleanup Failed)'
