import { messages } from '@/i18n/messages';

export const text = messages({
  title: ['Sign in', '登录'],
  token: ['Admin token', '管理员令牌'],
  tokenHelp: ['It lies in the file admin-token of the data directory and begins with gha_. It stays in this page only.', '它位于数据目录的 admin-token 文件中，以 gha_ 开头。它只保存在此页面中。'],
  user: ['User name', '用户名'],
  password: ['Password', '密码'],
  otp: ['One-time code', '一次性验证码'],
  otpHelp: ['Only if you have set one up.', '仅在已设置时需要。'],
  submit: ['Sign in', '登录'],
  expired: ['You were signed out. Sign in again; nothing was lost on the box.', '您已退出登录。请重新登录；设备上没有任何内容丢失。'],
  withToken: ['Use an admin token', '使用管理员令牌'],
  withPassword: ['Use a name and password', '使用用户名和密码'],
  with: ['Sign in with {name}', '使用 {name} 登录'],
  tagline: ['Every model call of the company, governed in one place', '在一处管理公司的所有模型调用'],
  needed: ['Fill this in', '请填写此项'],
});
