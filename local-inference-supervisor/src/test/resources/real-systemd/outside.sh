# Runs the second script in namespaces and a control group of its own until standard input ends, then leaves nothing of it behind.
# Argument: the directory of the test. It is run in a mount namespace of its own.
set -eu
here=$1
groups=$here/groups
mount -t cgroup2 none "$groups"
leaf=$groups/gatehouse-test-$$
mkdir "$leaf"
sh -c 'echo $$ > "$1/cgroup.procs"
  exec unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup sh "$2/inside.sh" "$2"' \
  sh "$leaf" "$here" < /dev/null &
child=$!
cat > /dev/null
# Its child first, so that it is there to collect it; with it, if that cannot be found out, systemd goes too.
pkill -KILL -P "$child" 2> /dev/null || kill -KILL "$child" 2> /dev/null || true
wait "$child" || true
tries=0
# The kernel frees the groups of killed processes a moment later.
until ! [ -d "$leaf" ] || [ $tries -ge 100 ]; do
  find "$leaf" -depth -type d -exec rmdir {} + 2> /dev/null || true
  tries=$((tries + 1))
  sleep 0.05
done
