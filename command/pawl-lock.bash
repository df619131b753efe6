# SPDX-License-Identifier: MIT
# bash completion for pawl-lock(1)
_pawl_lock() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i path=''
    case $previous in
    -w | --wait | -E | --conflict-exit-code | --label) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -w | --wait | -E | --conflict-exit-code | --label) ((i++)) ;;
        -*) ;;
        *) path=$i && break ;;
        esac
    done
    if [ -z "$path" ] && [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--shared --no-wait --wait --conflict-exit-code --label
            --verbose --who --json --help --version' -- "$current")
    elif [ -z "$path" ]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    elif ((COMP_CWORD == path + 1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -o filenames -F _pawl_lock pawl-lock
