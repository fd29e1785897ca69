import { messages } from '@/i18n/messages';

export const text = messages({
  title: ['Users', '用户'],
  about: ['People that own keys. A limit or budget can hold for everything that one person does.', '拥有密钥的人员。限额或预算可以约束某个人的所有用量。'],
  create: ['Add user', '添加用户'],
  edit: ['Edit {name}', '编辑 {name}'],
  name: ['Name', '名称'],
  email: ['E-mail', '电子邮件'],
  keys: ['Keys', '密钥'],
  createdAt: ['Added', '添加时间'],
  empty: ['No users yet', '尚无用户'],
  emptyWhat: ['Add the people whose keys and spending shall be told apart.', '添加需要区分密钥和支出的人员。'],
  removeWhat: ['Keys that this user owns stay, without an owner.', '该用户拥有的密钥会保留，但不再有所有者。'],
});
