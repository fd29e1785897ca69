export default function DepartmentDetail() {
  return null;
}
