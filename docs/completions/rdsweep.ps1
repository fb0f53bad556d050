# PowerShell completion for rdsweep. Made from the program's own tables: do not edit.
# Load it from your profile: . C:\path\to\rdsweep.ps1

Register-ArgumentCompleter -Native -CommandName rdsweep, rdsweep.exe -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = [ordered]@{
        'sessions' = @{ Help = 'lists sessions across the fleet'; Words = @() }
        'logoff' = @{ Help = 'logs sessions off: survey, question, act, verify, report'; Words = @() }
        'disconnect' = @{ Help = 'disconnects sessions; what runs in them goes on'; Words = @() }
        'message' = @{ Help = 'shows users a message'; Words = @() }
        'drain' = @{ Help = 'whether hosts take new logons: on, off, restart, status'; Words = @('on', 'off', 'restart', 'status') }
        'resume' = @{ Help = 'settles and finishes a run that was interrupted or killed'; Words = @() }
        'inventory' = @{ Help = 'what the inventory means: list, check, graph'; Words = @('list', 'check', 'graph') }
        'report' = @{ Help = 'reviews finished runs: show, hosts, diff, convert, merge'; Words = @('show', 'hosts', 'diff', 'convert', 'merge') }
        'error' = @{ Help = 'explains an error code: name, meaning, class, remedy'; Words = @() }
        'self' = @{ Help = 'logs off the session it runs in (Windows)'; Words = @('logoff') }
        'help' = @{ Help = 'explains a command'; Words = '*' }
    }
    $options = @(
        @{ Names = @('-i', '--inventory'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'inventory'); Help = 'hosts, as INI, JSON or CSV; ''-'' is standard input; repeatable' }
        @{ Names = @('-l', '--limit'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'inventory'); Help = 'only these hosts: names, globs, groups, a,b  :&b  :!b  @FILE' }
        @{ Names = @('--shard'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'inventory'); Help = 'the K-th of N parts of the fleet' }
        @{ Names = @('--backend'); Value = 'choices'; Choices = @('windows', 'tsts', 'sim'); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain'); Help = 'how hosts are reached' }
        @{ Names = @('--auth-file'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'for tsts: username, password, domain, instead of the Kerberos ticket' }
        @{ Names = @('--sim'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain'); Help = 'a simulated fleet; implies --backend sim' }
        @{ Names = @('--sim-state'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain'); Help = 'what happens to the simulated fleet is kept there' }
        @{ Names = @('--all'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'every session that is not protected' }
        @{ Names = @('-u', '--user'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'report'); Help = 'users: user or DOMAIN\user with * and ?; repeatable' }
        @{ Names = @('--user-file'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'patterns for --user, one a line, # comments; repeatable' }
        @{ Names = @('--state'); Value = 'choices'; Choices = @('active', 'disconnected'); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'sessions in this state; repeatable' }
        @{ Names = @('--idle'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'idle or disconnected at least so long' }
        @{ Names = @('--session'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'this session; only with a fleet of one host' }
        @{ Names = @('--plan'); Value = 'file'; Choices = @(); Commands = @('logoff', 'disconnect', 'message'); Help = 'just the sessions that this dry run planned' }
        @{ Names = @('--not-user'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'takes these users out again; repeatable' }
        @{ Names = @('--protect'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'never touches these users, whatever is selected; repeatable' }
        @{ Names = @('--include-console'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'console sessions too' }
        @{ Names = @('--include-vms'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message'); Help = 'guests of virtualization hosts too' }
        @{ Names = @('--dry-run'); Value = 'none'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain', 'self'); Help = 'reports what would be done and touches nothing' }
        @{ Names = @('--max-age'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'resume'); Help = 'of a plan or a journal (24h)' }
        @{ Names = @('-y', '--yes'); Value = 'none'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain', 'resume', 'self'); Help = 'does not ask' }
        @{ Names = @('--force-if-hung'); Value = 'none'; Choices = @(); Commands = @('self'); Help = 'programs that do not answer are ended' }
        @{ Names = @('--reset'); Value = 'none'; Choices = @(); Commands = @('self'); Help = 'no program is asked: WTSLogoffSession on the current session' }
        @{ Names = @('--max-sessions'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'message'); Help = 'touches nothing where more are selected' }
        @{ Names = @('--max-failures'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain'); Help = 'stops when more hosts than this have failed' }
        @{ Names = @('--wave'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain'); Help = 'sizes of successive waves of hosts; the last repeats' }
        @{ Names = @('--wave-pause'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain'); Help = 'waits between waves' }
        @{ Names = @('--max-closing'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'sessions closing at once in the whole fleet' }
        @{ Names = @('--sweep'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'goes round again for who logs on meanwhile, N times at most' }
        @{ Names = @('--reason'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain'); Help = 'why; kept in the report' }
        @{ Names = @('--notify'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'warns users first; {user} {host} {minutes} {time} {reason} are filled in' }
        @{ Names = @('--grace'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'between warning and logoff' }
        @{ Names = @('--notify-again'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'warns once more when so much of the grace is left' }
        @{ Names = @('--grace-disconnected'); Value = 'none'; Choices = @(); Commands = @('logoff'); Help = 'disconnected sessions have the grace too' }
        @{ Names = @('--notify-failed'); Value = 'choices'; Choices = @('skip', 'continue', 'abort'); Commands = @('logoff'); Help = 'what becomes of a session that cannot be warned (skip)' }
        @{ Names = @('--notify-cancelled'); Value = 'other'; Choices = @(); Commands = @('logoff'); Help = 'what warned users read when the run is stopped' }
        @{ Names = @('--drain'); Value = 'choices'; Choices = @('run', 'restart', 'keep'); Commands = @('logoff'); Help = 'no new logons: put back at the end, until a restart, or to stay' }
        @{ Names = @('--drain-failed'); Value = 'choices'; Choices = @('skip', 'continue', 'abort'); Commands = @('logoff'); Help = 'hosts that cannot be drained: left alone (skip), or not' }
        @{ Names = @('-c', '--concurrency'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'blocking calls in flight (64)' }
        @{ Names = @('--connect-timeout'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'for the TCP probe of a host (3s)' }
        @{ Names = @('--call-timeout'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'for one call (30s)' }
        @{ Names = @('--host-timeout'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'for all calls and retries of a host (15m)' }
        @{ Names = @('--run-timeout'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'for the whole run (none)' }
        @{ Names = @('--verify-timeout'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'resume'); Help = 'for a session to be gone (3m)' }
        @{ Names = @('--verify-interval'); Value = 'other'; Choices = @(); Commands = @('logoff', 'disconnect', 'resume'); Help = 'between looks, growing to 5s (1s)' }
        @{ Names = @('--probe'); Value = 'choices'; Choices = @('tcp', 'none'); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain'); Help = 'whether a host''s port is tried first (tcp)' }
        @{ Names = @('--wait'); Value = 'none'; Choices = @(); Commands = @('logoff'); Help = 'each logoff call waits for the session''s end' }
        @{ Names = @('--retries'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'after errors that may pass (2)' }
        @{ Names = @('--retry-delay'); Value = 'other'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'before the first retry, doubling, jittered (1s)' }
        @{ Names = @('--by'); Value = 'choices'; Choices = @('host', 'user', 'error', 'outcome', 'wave'); Commands = @('report'); Help = '''show'': counts the sessions so' }
        @{ Names = @('--only'); Value = 'other'; Choices = @(); Commands = @('report'); Help = '''show'': only hosts and sessions that ended so' }
        @{ Names = @('--host'); Value = 'other'; Choices = @(); Commands = @('report'); Help = '''show'': only these hosts: names with * and ?; repeatable' }
        @{ Names = @('--outcome'); Value = 'other'; Choices = @(); Commands = @('report'); Help = '''hosts'': that ended so, or have sessions that did (all but succeeded)' }
        @{ Names = @('-o', '--report'); Value = 'file'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume', 'report'); Help = 'writes a report, .json, .csv or .html; repeatable' }
        @{ Names = @('--overwrite'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume', 'report'); Help = 'reports may take the place of files that exist' }
        @{ Names = @('--journal'); Value = 'file'; Choices = @(); Commands = @('logoff', 'disconnect', 'message', 'drain'); Help = 'where the run is kept for ''resume'' (beside the first report)' }
        @{ Names = @('--format'); Value = 'choices'; Choices = @('table', 'json', 'csv'); Commands = @('sessions', 'drain', 'inventory', 'report', 'error'); Help = 'of standard output' }
        @{ Names = @('--progress'); Value = 'choices'; Choices = @('auto', 'always', 'never'); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'how the run stands: live on a terminal, else a line now and then (auto)' }
        @{ Names = @('--color'); Value = 'choices'; Choices = @('auto', 'always', 'never'); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume', 'inventory', 'report', 'error', 'self', 'help'); Help = 'colours on a terminal (auto)' }
        @{ Names = @('-q', '--quiet'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume'); Help = 'only errors, warnings and questions' }
        @{ Names = @('-v', '--verbose'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume', 'report'); Help = 'more detail' }
        @{ Names = @('-h', '--help'); Value = 'none'; Choices = @(); Commands = @('sessions', 'logoff', 'disconnect', 'message', 'drain', 'resume', 'inventory', 'report', 'error', 'self', 'help'); Help = 'shows this help' }
    )
    function result($text, $kind, $help) {
        [System.Management.Automation.CompletionResult]::new($text, $text, $kind, $help)
    }
    # The words before the one that is completed.
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    if ($words.Count -le 1) {
        foreach ($name in $commands.Keys) {
            if ($name -like "$wordToComplete*") { result $name 'Command' $commands[$name].Help }
        }
        foreach ($name in '--help', '--version') {
            if ($name -like "$wordToComplete*") { result $name 'ParameterName' $name }
        }
        return
    }
    $command = $words[1]
    if (-not $commands.Contains($command)) { return }
    $mine = @($options | Where-Object { $_.Commands -ccontains $command })
    $last = $words[-1]
    $pending = $mine | Where-Object { $_.Value -ne 'none' -and $_.Names -ccontains $last } | Select-Object -First 1
    if ($pending) {
        foreach ($choice in $pending.Choices) {
            if ($choice -like "$wordToComplete*") { result $choice 'ParameterValue' $choice }
        }
        return
    }
    if ($wordToComplete -like '-*') {
        foreach ($option in $mine) {
            foreach ($name in $option.Names) {
                if ($name -clike "$wordToComplete*") { result $name 'ParameterName' $option.Help }
            }
        }
        return
    }
    if ($words.Count -eq 2) {
        $own = $commands[$command].Words
        if ($own -eq '*') { $own = $commands.Keys }
        foreach ($word in $own) {
            if ($word -like "$wordToComplete*") { result $word 'ParameterValue' $word }
        }
    }
}
