# shellcheck shell=bash
# Podman for these tests: its images, containers and networks lie below target/, and what it has of
# the user's own is left alone. To be read in with the working directory at the top.

engine=$PWD/target/deploy-tools/podman
mkdir -p "$engine"/{images,run,volumes,networks,tmp}

cat >"$engine/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$engine/images"
runroot = "$engine/run"
CONF

# Limits are written because the default asks for more than a process without CAP_SYS_RESOURCE may
# have; runc, because crun cannot use cgroups of both versions at once.
cat >"$engine/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
static_dir = "$engine/images/libpod"
lock_type = "file"
tmp_dir = "$engine/run/libpod"
volume_path = "$engine/volumes"

[network]
network_backend = "netavark"
network_config_dir = "$engine/networks"
CONF

export CONTAINERS_CONF=$engine/containers.conf CONTAINERS_STORAGE_CONF=$engine/storage.conf
# Probes are played by the tests, not by timers of systemd.
export DISABLE_HC_SYSTEMD=true TMPDIR=$engine/tmp
