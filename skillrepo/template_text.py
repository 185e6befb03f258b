"""The sentences of the offline writer's template, which no finished skill may hold."""

DESCRIPTION = "Say what the skill does, and name the requests and situations in which to use it"
INTRODUCTION = "Say in two sentences what this skill lets its reader do and what it leaves alone"
# What a section is for → what to write into it.
SECTIONS = {
    "when": "Name the requests, files and errors that call for this skill, and one near miss",
    "limits": "Name the requests that look like a fit and are not, and what serves them",
    "steps": "Write the numbered steps from the first command to the proof that it worked",
    "commands": "Give the commands in the order in which they are run, with real arguments",
    "examples": "Show one real input, the command or code that treats it, and its true output",
    "practices": "List the rules that experienced people keep, each with its reason",
    "warnings": "Say what destroys data, what fails without a word, and how to avoid each",
    "overview": "Define what this is about in the words that its users search for",
    "options": "List the options that matter in a table, with their defaults",
    "references": "Link each further document and say in which case to read it",
    "prerequisites": "List the programs, versions, access rights and files that must be there",
    "verification": "Name the command that proves success, and what it prints then",
    "output": "Show the exact form of the result, complete enough to copy",
    "other": "Write what this heading promises, from a source that can be named",
}
TEMPLATE_SENTENCES = (DESCRIPTION, INTRODUCTION, *SECTIONS.values())
