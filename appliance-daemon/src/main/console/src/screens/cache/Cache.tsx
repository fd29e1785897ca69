export default function Cache() {
  return null;
}
