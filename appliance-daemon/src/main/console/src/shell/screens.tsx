import {
  IconActivity,
  IconAdjustments,
  IconApi,
  IconBell,
  IconBooks,
  IconBox,
  IconBuilding,
  IconChartBar,
  IconCloudComputing,
  IconCoin,
  IconCpu,
  IconDatabase,
  IconGauge,
  IconKey,
  IconListDetails,
  IconLogin2,
  IconMailQuestion,
  IconMessages,
  IconRobot,
  IconRoute,
  IconSettings,
  IconShieldLock,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

import type { Me, PermissionWord } from '@/api/session';

import type { text } from './text';

export interface Screen {
  name: keyof typeof text;
  path: string;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean; stroke?: number }>;
  needs: PermissionWord;
  /** What it shows is nobody's own: it is for those who may see everybody's. */
  whole?: boolean;
  /** Pressed after g. */
  key: string;
  page: LazyExoticComponent<ComponentType>;
  one?: LazyExoticComponent<ComponentType>;
}

export interface Section {
  name: keyof typeof text;
  screens: readonly Screen[];
}

/** The console's table of contents: each screen is loaded when it is first opened. */
export const sections: readonly Section[] = [
  {
    name: 'observe',
    screens: [
      { name: 'overview', path: '/', icon: IconActivity, needs: 'view', key: 'o', page: lazy(() => import('@/screens/overview/Overview')) },
      { name: 'alerts', path: '/alerts', icon: IconBell, needs: 'view_box', key: 'w', page: lazy(() => import('@/screens/alerts/Alerts')) },
      { name: 'usage', path: '/usage', icon: IconChartBar, needs: 'view_usage', key: 'u', page: lazy(() => import('@/screens/usage/Usage')) },
      {
        name: 'audit', path: '/audit', icon: IconListDetails, needs: 'view_audit', key: 'a',
        page: lazy(() => import('@/screens/audit/Audit')), one: lazy(() => import('@/screens/audit/Entry')),
      },
    ],
  },
  {
    name: 'govern',
    screens: [
      {
        name: 'keys', path: '/keys', icon: IconKey, needs: 'view', key: 'k',
        page: lazy(() => import('@/screens/keys/Keys')), one: lazy(() => import('@/screens/keys/KeyDetail')),
      },
      {
        name: 'departments', path: '/departments', icon: IconBuilding, needs: 'view', key: 'd',
        page: lazy(() => import('@/screens/departments/Departments')), one: lazy(() => import('@/screens/departments/DepartmentDetail')),
      },
      { name: 'users', path: '/users', icon: IconUsers, needs: 'view', key: 'e', page: lazy(() => import('@/screens/users/Users')) },
      {
        name: 'signOn', path: '/sign-on', icon: IconShieldLock, needs: 'view_box', key: 'n',
        page: lazy(() => import('@/screens/sign-on/SignOn')), one: lazy(() => import('@/screens/sign-on/ProviderDetail')),
      },
      { name: 'machineClients', path: '/machine-clients', icon: IconRobot, needs: 'view', whole: true, key: 'x', page: lazy(() => import('@/screens/machine-clients/MachineClients')) },
      { name: 'sessions', path: '/sessions', icon: IconLogin2, needs: 'view', key: 'h', page: lazy(() => import('@/screens/sessions/Sessions')) },
      { name: 'tokens', path: '/tokens', icon: IconApi, needs: 'manage_people', whole: true, key: 'v', page: lazy(() => import('@/screens/tokens/Tokens')) },
      { name: 'limits', path: '/limits', icon: IconGauge, needs: 'view', key: 'l', page: lazy(() => import('@/screens/limits/Limits')) },
      { name: 'policies', path: '/policies', icon: IconAdjustments, needs: 'view', whole: true, key: 'p', page: lazy(() => import('@/screens/policies/Policies')) },
      { name: 'prices', path: '/prices', icon: IconCoin, needs: 'view', key: 'r', page: lazy(() => import('@/screens/prices/Prices')) },
    ],
  },
  {
    name: 'serve',
    screens: [
      {
        name: 'models', path: '/models', icon: IconRoute, needs: 'view', key: 'm',
        page: lazy(() => import('@/screens/models/Models')), one: lazy(() => import('@/screens/models/ModelDetail')),
      },
      {
        name: 'upstreams', path: '/upstreams', icon: IconCloudComputing, needs: 'view_box', key: 's',
        page: lazy(() => import('@/screens/upstreams/Upstreams')), one: lazy(() => import('@/screens/upstreams/UpstreamDetail')),
      },
      {
        name: 'deployments', path: '/deployments', icon: IconBox, needs: 'view_box', key: 'i',
        page: lazy(() => import('@/screens/deployments/Deployments')), one: lazy(() => import('@/screens/deployments/DeploymentDetail')),
      },
      { name: 'modelStore', path: '/model-store', icon: IconStack2, needs: 'view_box', key: 'f', page: lazy(() => import('@/screens/model-store/ModelStore')) },
      {
        name: 'gpus', path: '/gpus', icon: IconCpu, needs: 'view_box', key: 'g',
        page: lazy(() => import('@/screens/gpus/Gpus')), one: lazy(() => import('@/screens/gpus/GpuDetail')),
      },
      { name: 'cache', path: '/cache', icon: IconDatabase, needs: 'view_box', key: 'c', page: lazy(() => import('@/screens/cache/Cache')) },
    ],
  },
  {
    name: 'use',
    screens: [
      { name: 'catalogue', path: '/catalogue', icon: IconBooks, needs: 'view', key: 'b', page: lazy(() => import('@/screens/catalogue/Catalogue')) },
      { name: 'requests', path: '/requests', icon: IconMailQuestion, needs: 'view', key: 'q', page: lazy(() => import('@/screens/requests/Requests')) },
      { name: 'playground', path: '/playground', icon: IconMessages, needs: 'view', key: 'y', page: lazy(() => import('@/screens/playground/Playground')) },
    ],
  },
  {
    name: 'box',
    screens: [
      { name: 'system', path: '/system', icon: IconSettings, needs: 'view_box', key: 't', page: lazy(() => import('@/screens/system/System')) },
    ],
  },
];

export const screens: readonly Screen[] = sections.flatMap((section) => section.screens);

/** The screens that somebody may open, by the API's own rule. */
export function opensFor(me: Me): (screen: Screen) => boolean {
  return (screen) => me.permissions.includes(screen.needs) && (me.everything || !screen.whole);
}
