export const images: { target: string; value: string; platforms: string[] }[];
export const packageFolders: string[];
