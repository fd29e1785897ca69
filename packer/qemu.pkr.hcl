# The check: a machine starts from a copy of the very disk that image-build made, is set up by an answers file from outside, carries a governed call
# and is switched off. The copy has an identity by then, so nobody gets it: see README.md on sealing.

source "qemu" "box" {
  iso_url          = var.disk
  iso_checksum     = "none" # packer/build holds the disk against image-build's own sums
  disk_image       = true
  use_backing_file = false
  disk_size        = "12288M"
  format           = "qcow2"
  output_directory = "${var.scratch}/machine"
  vm_name          = "box.qcow2"
  accelerator      = var.accelerator
  headless         = true
  communicator     = "none" # the image has no SSH, and needs none to be set up
  disk_interface   = "virtio"
  net_device       = "virtio-net"
  boot_wait        = "1s"
  shutdown_timeout = "30m"
  memory           = 3072
  cpus             = 2

  qemuargs = [
    ["-nodefaults"],
    ["-machine", "q35"],
    ["-accel", "${var.accelerator}${var.accelerator == "tcg" ? ",thread=multi,tb-size=512" : ""}"],
    ["-cpu", var.cpu],
    ["-display", "none"],
    ["-serial", "file:${var.scratch}/serial.log"],
    ["-qmp", "unix:${var.scratch}/control,server=on,wait=off"],
    ["-drive", "if=pflash,format=raw,readonly=on,file=${var.firmware}/OVMF_CODE_4M.fd"],
    ["-drive", "if=pflash,format=raw,file=${var.scratch}/firmware.variables"],
    ["-drive", "file=${var.scratch}/machine/box.qcow2,if=virtio,cache=unsafe,discard=unmap,format=qcow2"],
    ["-netdev", "user,id=user.0,hostfwd=tcp:127.0.0.1:${var.port}-:443"],
  ]
}

# Looks at that machine from outside while it runs, and presses its power button at the end.
source "null" "check" {
  communicator = "none"
}

build {
  name    = "check"
  sources = ["source.qemu.box", "source.null.check"]

  provisioner "shell-local" {
    only   = ["null.check"]
    inline = ["\"$GATEHOUSE_CHECK\" '${var.scratch}' ${var.port}"]
  }
}
