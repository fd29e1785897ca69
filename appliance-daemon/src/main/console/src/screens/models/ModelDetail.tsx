export default function ModelDetail() {
  return null;
}
