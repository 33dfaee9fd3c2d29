
# Completes `cargo ext` as `cargo-ext`, next to cargo's own completion.
function __cargo_ext_words
    set -l words (commandline -opc)
    if string match -q -- '+*' $words[2]
        set -e words[2]
    end
    string join \n -- $words
end
function __cargo_ext_is_subcommand
    set -l words (__cargo_ext_words)
    test (count $words) -ge 2; and test $words[2] = ext
end
function __cargo_ext_complete
    set -l words (__cargo_ext_words)
    set -e words[1..2]
    complete -C (string join ' ' -- cargo-ext (string escape -- $words) (commandline -ct))
end
complete -c cargo -n __cargo_ext_is_subcommand -f -a '(__cargo_ext_complete)'
complete -c cargo -n 'test (count (__cargo_ext_words)) -eq 1' -f -a ext -d 'Typed, sandboxed extensions'
