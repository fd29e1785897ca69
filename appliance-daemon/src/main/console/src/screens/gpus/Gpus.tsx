export default function Gpus() {
  return null;
}
