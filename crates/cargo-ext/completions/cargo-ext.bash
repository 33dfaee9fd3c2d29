
# Completes `cargo ext`, and leaves other commands to the completion that cargo had before.
_cargo_ext_subcommand() {
    local at=1
    if [[ ${COMP_WORDS[1]} == +* ]]; then at=2; fi
    if [[ ${COMP_CWORD} -gt ${at} && ${COMP_WORDS[at]} == ext ]]; then
        COMP_WORDS=(cargo-ext "${COMP_WORDS[@]:at + 1}")
        COMP_CWORD=$((COMP_CWORD - at))
        _cargo_ext cargo-ext "$2" "${COMP_WORDS[COMP_CWORD - 1]}"
    elif [[ -n ${_cargo_ext_previous} ]]; then
        "${_cargo_ext_previous}" "$@"
    elif [[ ${COMP_CWORD} -eq ${at} ]]; then
        COMPREPLY=($(compgen -W ext -- "$2"))
    fi
}

if ! complete -p cargo &>/dev/null; then
    if declare -F _comp_load &>/dev/null; then
        _comp_load cargo
    elif declare -F _completion_loader &>/dev/null; then
        _completion_loader cargo
    fi
fi
if [[ $(complete -p cargo 2>/dev/null) =~ \ -F\ ([^\ ]+) ]] \
    && [[ ${BASH_REMATCH[1]} != _cargo_ext_subcommand ]]; then
    _cargo_ext_previous=${BASH_REMATCH[1]}
fi
complete -F _cargo_ext_subcommand -o bashdefault -o default cargo
