package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Programs that play {@code systemd-run} and {@code systemctl} with real processes: a unit is a session that is nobody's child here, its
 * environment comes from the environment file alone, {@code stop} asks its main process and ends the rest when that has gone, {@code
 * kill} ends all. A file {@code refuse} beside them makes starts fail; what they were asked stands in {@code asked}.
 */
final class FakeSystemd {
    private static final String RUN = """
            #!/bin/sh
            here=$(dirname "$0")
            for word in "$@"; do printf 'run %s\\n' "$word"; done >> "$here/asked"
            if [ -e "$here/refuse" ]; then echo "Failed to start transient service unit: Access denied" >&2; exit 1; fi
            while [ $# -gt 0 ]; do
              case "$1" in
                --unit=*) unit=${1#--unit=} ;;
                --working-directory=*) directory=${1#--working-directory=} ;;
                --property=EnvironmentFile=*) variables=${1#--property=EnvironmentFile=} ;;
                --property=StandardOutput=append:*) output=${1#--property=StandardOutput=append:} ;;
                --) shift; break ;;
              esac
              shift
            done
            left=$#
            while [ $left -gt 0 ]; do
              word=$(printf '%s.' "$1" | sed 's/[$][$]/$/g')
              set -- "$@" "${word%.}"
              shift
              left=$((left - 1))
            done
            cd "$directory" || exit 1
            env -i sh -c 'noted=$1; set -a; . "$2"; set +a; shift 2; echo $$ > "$noted.new"; mv "$noted.new" "$noted"; exec setsid "$@"' \\
              unit "$here/$unit.pid" "$variables" "$@" </dev/null >>"$output" 2>&1 &
            until [ -e "$here/$unit.pid" ]; do sleep 0.01; done
            """;
    private static final String CONTROL = """
            #!/bin/sh
            here=$(dirname "$0")
            printf 'control %s\\n' "$*" >> "$here/asked"
            for unit in "$@"; do :; done
            pid=$(cat "$here/$unit.pid" 2>/dev/null || echo 0)
            alive() { [ "$pid" -gt 0 ] && kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"; }
            case "$1" in
              show) if alive; then echo "MainPID=$pid"; else echo MainPID=0; fi ;;
              stop)
                alive || { echo "Unit $unit not loaded." >&2; exit 5; }
                kill -TERM "$pid"
                (while alive; do sleep 0.05; done; kill -KILL "-$pid") </dev/null >/dev/null 2>&1 & ;;
              kill) kill -KILL "-$pid" 2>/dev/null || { echo "Unit $unit not loaded." >&2; exit 1; } ;;
            esac
            """;

    final Path directory;

    FakeSystemd(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        program("systemd-run", RUN);
        program("systemctl", CONTROL);
    }

    private void program(String name, String text) throws IOException {
        Files.setPosixFilePermissions(Files.writeString(directory.resolve(name), text),
                PosixFilePermissions.fromString("rwx------"));
    }

    SystemdSettings settings() {
        return new SystemdSettings(directory.resolve("systemd-run"), directory.resolve("systemctl"),
                "gatehouse-engines.slice", "gatehouse-engine");
    }

    /** Each word that systemd-run was given, and each call of systemctl as a line. */
    List<String> asked() throws IOException {
        return Files.readAllLines(directory.resolve("asked"));
    }
}
