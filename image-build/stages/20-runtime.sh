# The daemon and the Java that it runs on. Sourced.
# shellcheck shell=bash

# The modules that the daemon and its libraries use, and what the JDK finds only by name: ciphers, file systems, time zones' names.
readonly MODULES=java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi,java.scripting,java.security.jgss,java.security.sasl,java.sql,java.transaction.xa,java.xml,java.xml.crypto,jdk.charsets,jdk.crypto.ec,jdk.jfr,jdk.localedata,jdk.management,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs,jdk.naming.dns

version_of_checkout() {
    local released
    released=$(sed -n 's/^ *<version>\([0-9]*\.[0-9]*\)\.[0-9]*\(-SNAPSHOT\)\{0,1\}<.*/\1/p' "$HOUSE/pom.xml" | head -n 1)
    printf '%s.%s\n' "$released" "$(git -C "$HOUSE" rev-list --count HEAD 2>/dev/null || echo 0)"
}

java_25() {
    local candidate
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
        if [ -x "$candidate/bin/jlink" ] && grep -q '^JAVA_VERSION="25[."]' "$candidate/release" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "no JDK 25 with jlink found. Install one, or set JAVA_HOME."
}

daemon_jar() {
    find "$HOUSE/appliance-daemon/target" -maxdepth 1 -name 'appliance-daemon-*.jar' ! -name '*sources*' ! -name '*tests*' 2>/dev/null | head -n 1
}

# make_runtime: a Java of only the modules that are needed, and the daemon's jar with an archive for fast starts beside it.
# The archive is good for one jar at one path with one set of flags, so it is made inside the tree, as the box will use it.
make_runtime() {
    local jdk jar lib=$ROOT/usr/lib/gatehouse kept
    jdk=$(java_25)
    if [ -z "$(daemon_jar)" ]; then
        (cd "$HOUSE" && mvn -B -q -pl appliance-daemon -am -Dmaven.test.skip=true -Dspotless.check.skip=true package)
    fi
    jar=$(daemon_jar)
    mkdir -p "$lib"
    kept=$CACHE/runtime-$(printf '%s\n' "$MODULES" "$(cat "$jdk/release")" | sha256sum | cut -c1-16)
    if [ ! -d "$kept" ]; then
        rm -rf --one-file-system "$CACHE"/runtime-* "$WORK/runtime"
        "$jdk/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$WORK/runtime"
        mv "$WORK/runtime" "$kept"
    fi
    cp -a "$kept" "$lib/runtime"
    install -m 644 "$jar" "$lib/appliance-daemon.jar"
    cp -r "$(dirname -- "$jar")/lib" "$lib/lib"
    install -m 755 "$HOUSE/bin/gatehouse" "$lib/gatehouse"
    find "$lib" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    ln -s ../lib/gatehouse/gatehouse "$ROOT/usr/bin/gatehouse"
    gunzip -c "$here/start/classes.gz" >"$WORK/classes"
    enter "$ROOT" /usr/lib/gatehouse/gatehouse prepare-start /run/work/classes 2>&1 | tail -n 20 ||
        die "the daemon could not prepare its fast start"
    touch -hd "@$SOURCE_DATE_EPOCH" "$lib" "$lib/gatehouse.jsa"
    ls -la "$lib"
}
