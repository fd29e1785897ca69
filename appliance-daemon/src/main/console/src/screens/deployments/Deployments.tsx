export default function Deployments() {
  return null;
}
