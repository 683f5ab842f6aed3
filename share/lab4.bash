# SPDX-License-Identifier: BSD-2-Clause
#
# Completion for bash: `source share/lab4.bash`, then ./lab4 <Tab>. Commands, options and test parts come from the script's own
# help, so this file knows none of them.

# Options stand in the usage lines of a command's help, and at the start of a line.
_lab4_options() {
    "$lab4" "$1" --help 2>/dev/null </dev/null | sed -nE '/^\.\/lab4/p; s/^  (--?[a-zA-Z][a-z-]*).*/ \1/p' |
        grep -oE -e '[[:space:][]--?[a-zA-Z][a-z-]*' | tr -d ' [' | sort -u
}

_lab4_words() { # what `lab4 ARGUMENTS…` says, as far as it matches the pattern
    local pattern=$1
    shift
    "$lab4" "$@" 2>/dev/null </dev/null | grep -oE -e "$pattern" | tr -d ' ' | sort -u
}

_lab4() {
    local lab4=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-}
    local words="" root
    lab4=${lab4/#\~/$HOME}
    command -v "$lab4" >/dev/null || return 0
    root=$(dirname "$(readlink -f "$(command -v "$lab4")")")
    COMPREPLY=()
    if ((COMP_CWORD > 3)) && [[ " ${COMP_WORDS[*]:2:COMP_CWORD-2} " == *" -- "* ]]; then
        compopt -o default 2>/dev/null # behind `--` are arguments of the program: files, none of our words
        return 0
    elif ((COMP_CWORD == 1)); then
        words="help $(_lab4_words '^  [a-z]+' help)"
    elif [[ $current == -* ]]; then
        words="--help $(_lab4_options "$command")"
    else
        case $command:$before in
        *:--on) words="hosted qemu" ;;
        *:--time) [[ $command != run ]] || words="real virtual" ;;
        run:--report) words="refused faults state all none" ;;
        run:--trace-format) words="text json raw" ;;
        trace:--format) words="text json" ;;
        help:*) words=$(_lab4_words '^  [a-z]+' help) ;;
        test:*) words=$(_lab4_words '^  [a-z0-9]+ ' test --help) ;;
        build:*) words=$(sed -n 's/.*"name": "\([^"]*\)".*/\1/p' "$root/CMakePresets.json" | grep -vx base | sort -u) ;;
        fuzz:*) words=$(_lab4_words '^[a-z]+' fuzz --list) ;;
        run:* | image:*)
            local example
            for example in "$root"/examples/*/main.c; do
                words+=" $(basename "$(dirname "$example")")"
            done
            ;;
        esac
        # Programs and other arguments may be files as well.
        case $command in run | image | sdk | fuzz | bench) compopt -o default 2>/dev/null ;; esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _lab4 lab4 ./lab4
