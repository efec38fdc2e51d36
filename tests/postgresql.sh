#!/usr/bin/env bash
# A private PostgreSQL server on loopback for tests: its data, port, password, socket and log lie in one folder.
#
#   tests/postgresql.sh install                         installs PostgreSQL where there is none, or says what is missing
#   tests/postgresql.sh start FOLDER [SETTING=VALUE…]   starts a server, with new data where FOLDER has none; prints its URL
#   tests/postgresql.sh stop FOLDER                     kills all its processes at once, like a power cut; it can be started again
#   tests/postgresql.sh freeze FOLDER [PROCESS]         halts all its processes, or one: a server that falls silent
#   tests/postgresql.sh thaw FOLDER PROCESS             lets one that was halted go on
#   tests/postgresql.sh attend FOLDER [SETTING=VALUE…]  start, wait for the end of stdin, stop, and remove FOLDER
#   tests/postgresql.sh replica FOLDER PRIMARY          makes FOLDER a standby of the running server in PRIMARY; start it then
#   tests/postgresql.sh run PROGRAM [ARGUMENT…]         one of PostgreSQL's programs, as the user that the server runs as
#
# By hand:   tests/postgresql.sh start /tmp/pg && psql "$(cat /tmp/pg/url)"; tests/postgresql.sh stop /tmp/pg; rm -r /tmp/pg
set -euo pipefail

oldest=14
user=tests

# Prints the folder with the programs of the newest PostgreSQL.
programs() {
    local folder version newest=0 found=
    local -a folders
    IFS=: read -ra folders <<< "$(pg_config --bindir 2> /dev/null || true):$PATH"
    for folder in "${folders[@]}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do
        if [[ -x $folder/postgres && -x $folder/initdb && -x $folder/pg_basebackup && -x $folder/psql ]]; then
            version=$("$folder/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
            if ((version > newest)); then
                newest=$version
                found=$folder
            fi
        fi
    done
    ((newest >= oldest)) && printf '%s\n' "$found"
}

missing() {
    echo "missing: PostgreSQL $oldest or newer, the server with initdb, pg_basebackup and psql. On Debian or Ubuntu:" \
        "apt-get install postgresql; on Fedora: dnf install postgresql-server; with Homebrew: brew install postgresql" >&2
    exit 1
}

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

install() {
    if programs > /dev/null; then
        return
    fi
    if ! command -v apt-get > /dev/null; then
        missing
    fi
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql)
    echo "installing PostgreSQL" >&2
    as_root "${get[@]}" >&2 || { as_root apt-get update >&2 && as_root "${get[@]}" >&2; } || missing
    programs > /dev/null || missing
}

# The server refuses to run as root: there it, and all of PostgreSQL's programs, run as another user.
unprivileged() {
    if id postgres > /dev/null 2>&1; then echo postgres; else echo nobody; fi
}

run() {
    local bin program=$1
    bin=$(programs) || missing
    shift
    # Not what a person keeps for PostgreSQL at home.
    local -x HOME=/
    if [[ $EUID -ne 0 ]]; then
        "$bin/$program" "$@"
    elif command -v setpriv > /dev/null; then
        setpriv --reuid="$(unprivileged)" --regid="$(id -g "$(unprivileged)")" --clear-groups "$bin/$program" "$@"
    else
        su "$(unprivileged)" -s /bin/sh -c 'exec "$0" "$@"' -- "$bin/$program" "$@"
    fi
}

# The folder is the server's alone.
prepare() {
    mkdir -p "$1"
    chmod 700 "$1"
    if [[ $EUID -eq 0 ]]; then
        chown -R "$(unprivileged)" "$1"
    fi
}

# New data. Text is ordered as people sort it (ICU) where the server can: then an order that ought to be one of bytes, and
# was left to the database, shows in the tests.
create() {
    local folder=$1
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' > "$folder/password")
    prepare "$folder"
    local initdb=(initdb --pgdata="$folder/data" --username=$user --pwfile="$folder/password" --auth=scram-sha-256
        --encoding=UTF8 --no-sync)
    if ! run "${initdb[@]}" --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US > "$folder/log" 2>&1; then
        echo "this PostgreSQL has no ICU: its databases order text as the environment says" >&2
        run "${initdb[@]}" > "$folder/log" 2>&1 || { cat "$folder/log" >&2 && return 1; }
    fi
    echo "include '../settings.conf'" >> "$folder/data/postgresql.conf"
}

# What is settled here weakens no proof: a test kills stations, or a whole server with its memory, never the machine, and
# what a server has written stays written then. A test of durability asks for fsync=on.
settings() {
    local folder=$1 port=$2 setting
    shift 2
    cat << END
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
max_connections = 200
lc_messages = 'C'
dynamic_shared_memory_type = mmap
autovacuum = off
fsync = off
full_page_writes = off
END
    for setting in "$@"; do
        printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
    done
}

# A port that nobody listens on, below those that connections are given.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
    echo $port
}

# Starts the server on a port. It keeps the port when it is started again.
start() {
    local folder=$1 port attempt
    shift
    programs > /dev/null || missing
    mkdir -p "$folder"
    if [[ ! -d $folder/data ]]; then
        create "$folder"
    fi
    for attempt in 1 2 3 4 5; do
        port=$(cat "$folder/port" 2> /dev/null || free_port)
        settings "$folder" "$port" "$@" > "$folder/settings.conf"
        prepare "$folder"
        if run pg_ctl start --pgdata="$folder/data" --log="$folder/log" --wait --timeout=60 > /dev/null; then
            echo "$port" > "$folder/port"
            echo "postgresql://$user:$(cat "$folder/password")@127.0.0.1:$port/postgres" > "$folder/url"
            cat "$folder/url"
            return
        fi
        # Somebody else may have taken the port since: then another one.
        grep -q "could not bind" "$folder/log" || break
    done
    cat "$folder/log" >&2
    return 1
}

# Sends a signal to all processes of the server. The first one is held before, so that it sees no other die and tells
# nobody. A process that is not this server's is left alone.
signal() {
    local folder=$1 signal=$2 first children
    first=$(head -n 1 "$folder/data/postmaster.pid")
    [[ /proc/$first/cwd -ef $folder/data ]] || return 0
    kill -STOP "$first"
    children=$(grep -ls "^PPid:[[:space:]]*$first\$" /proc/[0-9]*/status | cut -d / -f 3 || true)
    kill -"$signal" $children "$first"
}

stop() {
    local folder=$1
    if [[ ! -f $folder/data/postmaster.pid ]]; then
        return
    fi
    if [[ ! -d /proc/self ]]; then
        run pg_ctl stop --pgdata="$folder/data" --mode=immediate > /dev/null
        return
    fi
    signal "$folder" KILL
    # What it marked its place as taken with, and can't take back any more: a piece of shared memory, and files.
    ipcrm -m "$(sed -n '7s/.* //p' "$folder/data/postmaster.pid")" || true
    rm -f "$folder/data/postmaster.pid" "$folder"/.s.PGSQL.*
}

freeze() {
    local folder=$1 process=${2:-}
    if [[ -z $process ]]; then
        signal "$folder" STOP
    else
        [[ /proc/$process/cwd -ef $folder/data ]] && kill -STOP "$process"
    fi
}

thaw() {
    local folder=$1 process=$2
    [[ /proc/$process/cwd -ef $folder/data ]] && kill -CONT "$process"
}

attend() {
    local folder=$1
    # Ctrl-C ends the test; then stdin ends here.
    trap '' INT
    trap "stop '$folder' || true; rm -rf '$folder'" EXIT
    start "$@"
    cat > /dev/null
}

replica() {
    local folder=$1 primary=$2
    prepare "$folder"
    cp -p "$primary/password" "$folder/password"
    PGPASSWORD=$(cat "$primary/password") run pg_basebackup --pgdata="$folder/data" --write-recovery-conf \
        --checkpoint=fast --no-sync --dbname="host=127.0.0.1 port=$(cat "$primary/port") user=$user application_name=standby"
}

# The folders become absolute, because the other user may not be let into this one.
absolute() {
    if [[ $1 == /* ]]; then echo "$1"; else echo "$PWD/$1"; fi
}

action=${1:-}
case $action in
    install) install ;;
    run)
        shift
        cd /
        run "$@"
        ;;
    start | stop | freeze | thaw | attend | replica)
        folder=$(absolute "${2:?which folder?}")
        [[ $action != replica ]] || set -- "$1" "$2" "$(absolute "${3:?which primary?}")"
        shift 2
        cd /
        "$action" "$folder" "$@"
        ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 2
        ;;
esac
