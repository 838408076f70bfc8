// Use profiles: those of benchmarks/uses/, and files of users.
import { useProfileSchema } from '../contract/use-profile.js';
import { profilesOf } from './profiles.js';

export const USES = profilesOf({ kind: 'use', folder: 'uses', schema: useProfileSchema });
