#!/usr/bin/env bash
# clean_machine.sh PACKAGES WORK: a fresh system of this machine's release below WORK, from the mirrors that its apt is set to;
# the packages are installed there with what they depend on and no more, and the tests of the packages run in it.
set -euo pipefail
packages=$(realpath "$1")
mkdir -p "$2"
root=$(realpath "$2")/root

# skip REASON: not possible here, which is a failure only where everything is required.
skip() {
  echo "clean_machine: $*"
  [[ ${DURAMEN_REQUIRE_ALL:-0} == 1 ]] && exit 1
  exit 77
}

# The lines of sources.list for what this machine's apt has of its own distribution.
sources() {
  apt-get indextargets --format '$(ORIGIN) $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v own="${ID^}" '$1 == own { print "deb", $2, $3, $4 }' | sort -u
}

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

bootstrap() {
  local mirror log=$root.log
  mirror=$(sources | awk -v release="$VERSION_CODENAME" '$3 == release { print $2; exit }')
  [[ -n $mirror ]] || skip "apt knows no mirror of $VERSION_CODENAME; apt-get update has to run before"
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase "$VERSION_CODENAME" "$root" "$mirror" >"$log" 2>&1 || { tail -5 "$log"; skip "debootstrap failed"; }
  sources >"$root/etc/apt/sources.list"
  apt-config dump | grep -i '^Acquire::.*proxy' >"$root/etc/apt/apt.conf.d/proxy" || true
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  if [[ $mirror == https:* ]]; then install -D /etc/ssl/certs/ca-certificates.crt -t "$root/etc/ssl/certs"; fi
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/quick"
  echo "$VERSION_CODENAME from $mirror: $(inside dpkg-query -W | wc -l) packages"
}

# install_inside NAME…: names that the folder of packages has are taken from there.
install_inside() {
  local name arguments=()
  for name in "$@"; do
    if compgen -G "$root/packages/${name}_*.deb" >/dev/null; then
      arguments+=("$(cd "$root" && echo ./packages/"$name"_*.deb)")
    else
      arguments+=("$name")
    fi
  done
  inside apt-get install -y -qq --no-install-recommends "${arguments[@]}" >>"$root.log" 2>&1 ||
    { tail -20 "$root.log"; echo "clean_machine: $* cannot be installed" >&2; exit 1; }
  echo "installed $*: $(inside dpkg-query -W | wc -l) packages"
}

# package_test NAME: one of debian/tests, in the unpacked source package.
package_test() {
  echo "-- debian/tests/$1"
  inside mkdir -p "/tmp/$1"
  inside AUTOPKGTEST_TMP="/tmp/$1" sh -c 'cd /source/* && exec "debian/tests/$0"' "$1"
}

run_all() {
  bootstrap
  mkdir "$root/packages" "$root/source"
  cp "$packages"/*.deb "$root/packages"
  rm -f "$root"/packages/*-dbgsym_*
  tar -C "$root/source" -xf "$packages"/duramen_*.orig.tar.xz
  inside apt-get update -qq
  install_inside libduramen0 duramen python3
  package_test tool
  install_inside python3-duramen python3-numpy
  package_test python
  install_inside libduramen-dev gcc libc6-dev pkg-config
  package_test quick-start
  package_test static
}

((EUID == 0)) || skip "a system in a folder needs root"
for tool in debootstrap chroot; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
. /etc/os-release
trap 'rm -rf --one-file-system "$root"' EXIT
run_all
