/** A red disc on 32×32 pixels, PNG in base64: the image of the document's examples. */
export const tinyPng =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC';
