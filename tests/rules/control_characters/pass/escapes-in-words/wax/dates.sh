printf '\e[31m'
