export default function DeploymentDetail() {
  return null;
}
