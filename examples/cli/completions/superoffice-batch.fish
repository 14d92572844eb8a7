# Completion of superoffice-batch for fish. The tests compare it with --help.
set -l commands get watch stop probe login logout
set -l properties 'Id Name AssociateId DetailsTable DetailsRecord IsSystemTask IsInternalTask ParameterObject LastStarted Created StartCount DatabaseSerialNumber Context Result State Description Response Request ProgressDescription ProgressPercent FileName CancellationBehaviour TableRight FieldProperties'

complete -c superoffice-batch -f
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a get -d 'show a task once'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a watch -d 'follow a task to its end'
complete -c superoffice-batch -n "not __fish_seen_subcommand_from $commands" -a stop -d 'stop a task'
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
complete -c superoffice-batch -l plain-http -d 'allow a server with http://'
complete -c superoffice-batch -s h -l help -d 'print a summary and exit'
complete -c superoffice-batch -l version -d 'print the version and exit'
complete -c superoffice-batch -n 'not __fish_seen_subcommand_from stop probe login logout' -l select -x -a $properties -d 'ask for these properties only'
complete -c superoffice-batch -n '__fish_seen_subcommand_from watch' -l interval -x -d 'the time from one reply to the next question'
complete -c superoffice-batch -n '__fish_seen_subcommand_from watch' -l deadline -x -d 'give up after this time'
complete -c superoffice-batch -n '__fish_seen_subcommand_from login' -l port -x -d 'the port of the registered address'
complete -c superoffice-batch -n '__fish_seen_subcommand_from stop' -l yes -d 'stop it without a question'
