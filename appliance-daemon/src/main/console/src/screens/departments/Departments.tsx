export default function Departments() {
  return null;
}
