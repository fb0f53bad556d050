/* completion_powershell.c - for PowerShell 5.1 and later: an argument completer for a native command. */
#include "pages.h"

/* A text in single quotes. */
static void add_text(struct strbuf *out, const char *text)
{
	strbuf_addc(out, '\'');
	page_quoted(out, text, '\'', "''");
	strbuf_addc(out, '\'');
}

static void add_command(struct strbuf *out, const struct command *command)
{
	struct strbuf words;
	enum page_argument argument = page_argument(command);

	strbuf_init(&words);
	(void)page_words(&words, command, "', '");
	strbuf_addf(out, "        '%s' = @{ Help = ", command->name);
	add_text(out, command->summary);
	strbuf_adds(out, "; Words = ");
	if (argument == PAGE_ARGUMENT_COMMAND)
		strbuf_adds(out, "'*'");
	else
		strbuf_addf(out, words.len ? "@('%s')" : "@(%s)", strbuf_text(&words));
	strbuf_adds(out, " }\n");
	strbuf_release(&words);
}

static void add_option(struct strbuf *out, const struct option *option)
{
	static const char *const values[] = {
		[PAGE_VALUE_NONE] = "none",
		[PAGE_VALUE_FILE] = "file",
		[PAGE_VALUE_CHOICES] = "choices",
		[PAGE_VALUE_OTHER] = "other",
	};
	size_t count;
	const struct command *commands = command_table(&count);
	const char *comma = "";

	strbuf_adds(out, "        @{ Names = @(");
	if (option->letter)
		strbuf_addf(out, "'-%c', ", option->letter);
	strbuf_addf(out, "'--%s'); Value = '%s'; Choices = @(", option->name,
		    values[page_value(option)]);
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		strbuf_addf(out, "%s'%s'", i ? ", " : "", option->choices[i]);
	strbuf_adds(out, "); Commands = @(");
	for (size_t i = 0; i < count; i++) {
		if (!page_belongs(option, &commands[i]))
			continue;
		strbuf_addf(out, "%s'%s'", comma, commands[i].name);
		comma = ", ";
	}
	strbuf_adds(out, "); Help = ");
	add_text(out, option->help);
	strbuf_adds(out, " }\n");
}

/* Where nothing is returned, PowerShell offers files: right for options and arguments that are files. */
static const char script[] =
	"    function result($text, $kind, $help) {\n"
	"        [System.Management.Automation.CompletionResult]::new($text, $text, $kind, $help)\n"
	"    }\n"
	"    # The words before the one that is completed.\n"
	"    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt "
	"$cursorPosition } |\n"
	"        ForEach-Object { $_.ToString() })\n"
	"    if ($words.Count -le 1) {\n"
	"        foreach ($name in $commands.Keys) {\n"
	"            if ($name -like \"$wordToComplete*\") { result $name 'Command' "
	"$commands[$name].Help }\n"
	"        }\n"
	"        foreach ($name in '--help', '--version') {\n"
	"            if ($name -like \"$wordToComplete*\") { result $name 'ParameterName' $name }\n"
	"        }\n"
	"        return\n"
	"    }\n"
	"    $command = $words[1]\n"
	"    if (-not $commands.Contains($command)) { return }\n"
	"    $mine = @($options | Where-Object { $_.Commands -ccontains $command })\n"
	"    $last = $words[-1]\n"
	"    $pending = $mine | Where-Object { $_.Value -ne 'none' -and $_.Names -ccontains $last "
	"} | Select-Object -First 1\n"
	"    if ($pending) {\n"
	"        foreach ($choice in $pending.Choices) {\n"
	"            if ($choice -like \"$wordToComplete*\") { result $choice 'ParameterValue' "
	"$choice }\n"
	"        }\n"
	"        return\n"
	"    }\n"
	"    if ($wordToComplete -like '-*') {\n"
	"        foreach ($option in $mine) {\n"
	"            foreach ($name in $option.Names) {\n"
	"                if ($name -clike \"$wordToComplete*\") { result $name 'ParameterName' "
	"$option.Help }\n"
	"            }\n"
	"        }\n"
	"        return\n"
	"    }\n"
	"    if ($words.Count -eq 2) {\n"
	"        $own = $commands[$command].Words\n"
	"        if ($own -eq '*') { $own = $commands.Keys }\n"
	"        foreach ($word in $own) {\n"
	"            if ($word -like \"$wordToComplete*\") { result $word 'ParameterValue' $word "
	"}\n"
	"        }\n"
	"    }\n"
	"}\n";

void page_powershell(struct strbuf *out)
{
	size_t count, command_count;
	const struct command *commands = command_table(&command_count);
	const struct option *options = options_table(&count);

	strbuf_adds(out, "# PowerShell completion for rdsweep. Made from the program's own tables: "
			 "do not edit.\n"
			 "# Load it from your profile: . C:\\path\\to\\rdsweep.ps1\n\n"
			 "Register-ArgumentCompleter -Native -CommandName rdsweep, rdsweep.exe "
			 "-ScriptBlock {\n"
			 "    param($wordToComplete, $commandAst, $cursorPosition)\n"
			 "    $commands = [ordered]@{\n");
	for (size_t i = 0; i < command_count; i++)
		add_command(out, &commands[i]);
	strbuf_adds(out, "    }\n    $options = @(\n");
	for (size_t i = 0; i < count; i++)
		add_option(out, &options[i]);
	strbuf_adds(out, "    )\n");
	strbuf_adds(out, script);
}
