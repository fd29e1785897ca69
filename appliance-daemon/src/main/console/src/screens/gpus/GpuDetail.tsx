export default function GpuDetail() {
  return null;
}
