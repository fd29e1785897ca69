export default function UpstreamDetail() {
  return null;
}
