# bash completion for rdsweep. Made from the program's own tables: do not edit.

_rdsweep_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_rdsweep()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' files='' options='' commands='sessions logoff disconnect message drain resume inventory report error self help'

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		COMPREPLY=($(compgen -W "$commands --help --version" -- "$cur"))
		return
	fi
	# --option=value comes as three words
	if [ "$cur" = = ]; then
		cur=''
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	case $prev in
	-i | --inventory | --auth-file | --sim | --sim-state | --user-file | --plan | -o | --report | --journal)
		_rdsweep_files "$cur"
		return
		;;
	--backend)
		COMPREPLY=($(compgen -W 'windows tsts sim' -- "$cur"))
		return
		;;
	--state)
		COMPREPLY=($(compgen -W 'active disconnected' -- "$cur"))
		return
		;;
	--notify-failed)
		COMPREPLY=($(compgen -W 'skip continue abort' -- "$cur"))
		return
		;;
	--drain)
		COMPREPLY=($(compgen -W 'run restart keep' -- "$cur"))
		return
		;;
	--drain-failed)
		COMPREPLY=($(compgen -W 'skip continue abort' -- "$cur"))
		return
		;;
	--probe)
		COMPREPLY=($(compgen -W 'tcp none' -- "$cur"))
		return
		;;
	--by)
		COMPREPLY=($(compgen -W 'host user error outcome wave' -- "$cur"))
		return
		;;
	--format)
		COMPREPLY=($(compgen -W 'table json csv' -- "$cur"))
		return
		;;
	--progress)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		return
		;;
	--color)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		return
		;;
	-l | --limit | --shard | -u | --user | --idle | --session | --not-user | --protect | --max-age | --max-sessions | --max-failures | --wave | --wave-pause | --max-closing | --sweep | --reason | --notify | --grace | --notify-again | --notify-cancelled | -c | --concurrency | --connect-timeout | --call-timeout | --host-timeout | --run-timeout | --verify-timeout | --verify-interval | --retries | --retry-delay | --only | --host | --outcome)
		return
		;;
	esac

	case ${COMP_WORDS[1]} in
	sessions)
		words=""
		files=
		options='-i --inventory -l --limit --shard --backend --auth-file --sim --sim-state --all -u --user --user-file --state --idle --session --not-user --protect --include-console --include-vms --reason -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --probe --retries --retry-delay -o --report --overwrite --format --progress --color -q --quiet -v --verbose -h --help '
		;;
	logoff)
		words=""
		files=
		options='-i --inventory -l --limit --shard --backend --auth-file --sim --sim-state --all -u --user --user-file --state --idle --session --plan --not-user --protect --include-console --include-vms --dry-run --max-age -y --yes --max-sessions --max-failures --wave --wave-pause --max-closing --sweep --reason --notify --grace --notify-again --grace-disconnected --notify-failed --notify-cancelled --drain --drain-failed -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --verify-timeout --verify-interval --probe --wait --retries --retry-delay -o --report --overwrite --journal --progress --color -q --quiet -v --verbose -h --help '
		;;
	disconnect)
		words=""
		files=
		options='-i --inventory -l --limit --shard --backend --auth-file --sim --sim-state --all -u --user --user-file --state --idle --session --plan --not-user --protect --include-console --include-vms --dry-run --max-age -y --yes --max-sessions --max-failures --wave --wave-pause --reason -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --verify-timeout --verify-interval --probe --retries --retry-delay -o --report --overwrite --journal --progress --color -q --quiet -v --verbose -h --help '
		;;
	message)
		words=""
		files=
		options='-i --inventory -l --limit --shard --backend --auth-file --sim --sim-state --all -u --user --user-file --state --idle --session --plan --not-user --protect --include-console --include-vms --dry-run --max-age -y --yes --max-sessions --max-failures --wave --wave-pause --reason -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --probe --retries --retry-delay -o --report --overwrite --journal --progress --color -q --quiet -v --verbose -h --help '
		;;
	drain)
		words="on off restart status"
		files=
		options='-i --inventory -l --limit --shard --backend --auth-file --sim --sim-state --dry-run -y --yes --max-failures --wave --wave-pause --reason -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --probe --retries --retry-delay -o --report --overwrite --journal --format --progress --color -q --quiet -v --verbose -h --help '
		;;
	resume)
		words=""
		files=yes
		options='--auth-file --max-age -y --yes -c --concurrency --connect-timeout --call-timeout --host-timeout --run-timeout --verify-timeout --verify-interval --retries --retry-delay -o --report --overwrite --progress --color -q --quiet -v --verbose -h --help '
		;;
	inventory)
		words="list check graph"
		files=
		options='-i --inventory -l --limit --shard --format --color -h --help '
		;;
	report)
		words="show hosts diff convert merge"
		files=yes
		options='-u --user --by --only --host --outcome -o --report --overwrite --format --color -v --verbose -h --help '
		;;
	error)
		words=""
		files=
		options='--format --color -h --help '
		;;
	self)
		words="logoff"
		files=
		options='--dry-run -y --yes --force-if-hung --reset --color -h --help '
		;;
	help)
		words="$commands"
		files=
		options='--color -h --help '
		;;
	esac

	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
	elif [ -n "$words" ] && [ "$COMP_CWORD" -eq 2 ]; then
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
	elif [ -n "$files" ]; then
		_rdsweep_files "$cur"
	fi
}

complete -F _rdsweep rdsweep
