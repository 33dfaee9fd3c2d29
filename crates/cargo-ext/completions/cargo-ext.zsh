
# Completes `cargo ext`, and leaves other commands to the completion that cargo had before.
if [[ ${_comps[cargo]-} != _cargo-ext-subcommand ]]; then
    typeset -g _cargo_ext_previous=${_comps[cargo]:-_default}
    _cargo-ext-subcommand() {
        local at=2
        if [[ ${words[2]} == +* ]]; then at=3; fi
        if (( CURRENT > at )) && [[ ${words[at]} == ext ]]; then
            words=(cargo-ext "${(@)words[at + 1,-1]}")
            (( CURRENT -= at - 1 ))
            _cargo-ext
        else
            ${_cargo_ext_previous} "$@"
        fi
    }
    compdef _cargo-ext-subcommand cargo
fi
