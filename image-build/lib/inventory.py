#!/usr/bin/env python3
"""What is inside an image, and what a build made: a bill of materials (CycloneDX 1.6), a manifest for programs and a list for people.

Reads only what lies in the tree that became the image, so that it can't say anything else than what runs. Gives the same bytes for the same
image. Run in the tools tree by stages/86-inventory.sh.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import uuid
import zipfile

NAMESPACE = uuid.UUID("7a3f0a51-6c0e-4c53-9a0d-2b1f7b1c9f10")
# By the end of a file's name: what it is for.
PURPOSES = {
    ".raw": "the disk: EFI system partition and slot A; write it to a disk of 8 GB at least",
    ".raw.zst": "the same compressed: zstd -dc FILE | dd of=/dev/DISK bs=4M conv=fsync",
    ".qcow2": "the disk for QEMU, libvirt and OpenStack",
    ".ova": "the disk with its description for VMware and others that import OVF 1.1",
    ".root.raw": "the root file system alone (erofs), as it lies in a slot",
    ".verity.raw": "its hash tree (dm-verity)",
    ".roothash": "the one hash that names that root file system",
    ".efi": "kernel, initial RAM disk and command line with that hash, signed",
    ".cdx.json": "what is inside: packages, libraries, Java, with versions and licences (CycloneDX 1.6)",
    ".image.json": "what this build made, for programs",
}
VENDOR_PARTS = [("nvidia-driver", "the NVIDIA driver"), ("dcgm", "NVIDIA DCGM"), ("vllm", "vLLM with its Python environment")]


def licences(tree, package):
    """Short names of the licences in a package's copyright file, where it has the machine-readable form (DEP 5)."""
    path = tree / "usr/share/doc" / package / "copyright"
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return []
    if "Format:" not in text[:400]:
        return []
    names = re.findall(r"^License:[ \t]*(\S[^\n]*)$", text, re.MULTILINE)
    return [{"license": {"name": name.strip()}} for name in sorted(set(names))]


def debian(tree):
    for line in (tree / "usr/share/gatehouse/packages.tsv").read_text().splitlines():
        name, version, architecture, source, source_version = line.split("\t")
        yield {
            "type": "operating-system" if name.startswith("linux-image") else "library",
            "bom-ref": f"deb/{name}",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=trixie",
            "licenses": licences(tree, name),
            "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}],
        }


def jar(path):
    """Group, name, version and licence of a library, from what its own build wrote into it; the file's name where that is nothing."""
    name, version = re.fullmatch(r"(.+?)-(\d[^/]*)\.jar", path.name).groups()
    group, licence = "", ""
    with zipfile.ZipFile(path) as archive:
        poms = [entry for entry in archive.namelist() if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", entry)]
        for entry in poms:
            fields = dict(line.split("=", 1) for line in archive.read(entry).decode().splitlines() if "=" in line and line[0] != "#")
            if fields.get("artifactId") == name:
                group, version = fields.get("groupId", ""), fields.get("version", version)
        if "META-INF/MANIFEST.MF" in archive.namelist():
            manifest = archive.read("META-INF/MANIFEST.MF").decode(errors="replace").replace("\r\n", "\n").replace("\n ", "")
            found = re.search(r"^Bundle-License: (.+)$", manifest, re.MULTILINE)
            licence = found.group(1).strip() if found else ""
    component = {
        "type": "library",
        "bom-ref": f"jar/{path.name}",
        "name": name,
        "version": version,
        "hashes": [{"alg": "SHA-256", "content": digest(path)}],
    }
    if group:
        component["group"] = group
        component["purl"] = f"pkg:maven/{group}/{name}@{version}"
    if licence:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def java(tree):
    release = (tree / "usr/lib/gatehouse/runtime/release").read_text()
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', release, re.MULTILINE))
    version = fields.get("JAVA_RUNTIME_VERSION", fields.get("JAVA_VERSION", "25"))
    return {
        "type": "platform",
        "bom-ref": "java",
        "name": "openjdk",
        "publisher": fields.get("IMPLEMENTOR", "OpenJDK"),
        "version": version,
        "licenses": [{"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}],
    }


def console(lock):
    """What is built into the console's pages: everything in the lock file that is no tool of the developers."""
    try:
        packages = json.loads(lock.read_text()).get("packages", {})
    except OSError:
        return
    for path, package in sorted(packages.items()):
        if path and not package.get("dev") and not package.get("optional") and "version" in package:
            name = path.rsplit("node_modules/", 1)[1]
            component = {"type": "library", "bom-ref": f"npm/{path}", "name": name, "version": package["version"],
                         "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"}
            if package.get("license"):
                component["licenses"] = [{"license": {"name": package["license"]}}]
            yield component


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bill(options, moment):
    components = list(debian(options.tree)) + [java(options.tree)]
    components += [jar(path) for path in sorted((options.tree / "usr/lib/gatehouse/lib").glob("*.jar"))]
    components += console(options.lock)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(NAMESPACE, options.roothash)),
        "version": 1,
        "metadata": {
            "timestamp": moment,
            "component": {"type": "operating-system", "bom-ref": "image", "name": "gatehouse", "version": options.version,
                          "hashes": [{"alg": "SHA-256", "content": options.roothash}]},
        },
        "components": components,
    }


def write(path, thing):
    path.write_text(thing if isinstance(thing, str) else json.dumps(thing, indent=1, ensure_ascii=False) + "\n")


def purpose(name, begin):
    rest = name[len(begin):]
    return PURPOSES.get(rest, "signed update, for boxes that run" if "bundle" in rest or rest.endswith(".raucb") else "")


def main():
    parser = argparse.ArgumentParser()
    for name in ("version", "flavour", "commit", "roothash", "layers", "certificate"):
        parser.add_argument("--" + name, required=True)
    for name in ("tree", "out", "lock"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    options = parser.parse_args()
    moment = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    begin = f"gatehouse_{options.version}"
    materials = bill(options, moment)
    write(options.out / f"{begin}.cdx.json", materials)
    layers = [layer for layer in options.layers.split(",") if layer]
    absent = [part for part, _ in VENDOR_PARTS if part not in layers]
    files = []
    for path in sorted(options.out.glob(f"{begin}.*")):
        if path.name != f"{begin}.image.json":
            stat = path.stat()
            files.append({"name": path.name, "bytes": stat.st_size, "bytesOnDisk": stat.st_blocks * 512, "sha256": digest(path)})
    manifest = {
        "name": "gatehouse", "version": options.version, "flavour": options.flavour, "architecture": "x86-64",
        "commit": options.commit, "commitTime": moment, "rootHash": options.roothash, "layers": layers,
        "absentVendorParts": absent, "components": len(materials["components"]), "files": files,
    }
    write(options.out / f"{begin}.image.json", manifest)
    lines = [f"Gatehouse {options.version}, flavour {options.flavour}", f"Commit {options.commit} of {moment}", f"Root hash {options.roothash}", ""]
    for file in files + [{"name": f"{begin}.image.json"}]:
        lines.append(f"{file['name']}\n    {purpose(file['name'], begin)}")
    lines += ["SHA256SUMS, SHA256SUMS.sig\n    sums of all of these, and their signature by the update key:",
              "    openssl dgst -sha256 -verify <(openssl x509 -in update.crt -noout -pubkey) -signature SHA256SUMS.sig SHA256SUMS",
              f"    Take update.crt from whom you trust; its SHA-256 fingerprint is\n    {options.certificate}", ""]
    lines += ["Vendor parts that are not inside: " + ", ".join(said for part, said in VENDOR_PARTS if part in absent) + "."] if absent else []
    write(options.out / "RELEASE", "\n".join(lines) + "\n")


main()
