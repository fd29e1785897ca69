# For Packer 1.7 and later, which has its builders in plugins: packer init plugins. In a folder of its own, because Packer 1.6 (Debian 12's, the last
# one under the MPL) knows no such block and has the builders inside. The null builder is part of every Packer.
packer {
  required_plugins {
    qemu = {
      version = ">= 1.1.0, < 2.0.0"
      source  = "github.com/hashicorp/qemu"
    }
  }
}
