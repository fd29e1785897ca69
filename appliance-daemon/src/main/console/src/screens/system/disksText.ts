import { messages } from '@/i18n/messages';

export const text = messages({
  title: ['Disks', '磁盘'],
  look: ['Ask them now', '立即查询'],
  looked: ['Asked', '查询于'],
  notYet: ['They have not been asked yet.', '尚未查询。'],
  disk: ['Disk', '磁盘'],
  health: ['Health', '健康状况'],
  'health.passed': ['well', '正常'],
  'health.failed': ['fails', '故障'],
  'health.unknown': ['not known', '未知'],
  'health.gone': ['not seen any more', '已不可见'],
  size: ['Size', '容量'],
  used: ['Worn', '已用寿命'],
  spare: ['Spare room left', '剩余备用空间'],
  errors: ['Errors of reading and writing', '介质错误'],
  reallocated: ['Sectors given up', '已重映射扇区'],
  pending: ['Sectors that can’t be read', '待映射扇区'],
  temperature: ['Temperature', '温度'],
});
