"""The shader programs of the scene, for desktop OpenGL 2.1 and 3, and for OpenGL ES.

Lines and markers are widened on the card and feathered at their edges. OpenGL's own wide lines do not exist on
core profiles, and multisampling costs software OpenGL more than everything else together.
"""

from __future__ import annotations

from typing import Any

from OpenGL import GL
from OpenGL.GL import shaders
from PySide6.QtGui import QOpenGLContext

from gdsim.errors import InputError
from gdsim.i18n import tr

SURFACE_VERTEX = """
uniform mat4 u_matrix;
IN vec3 a_position;
IN vec4 a_color;
IN vec3 a_grid;
OUT vec3 v_color;
OUT vec3 v_grid;
void main() {
    v_color = a_color.rgb;
    v_grid = a_grid;
    gl_Position = u_matrix * vec4(a_position, 1.0);
}
"""

# v_grid counts wires along the two variables and contour levels along the height: a line runs where a component
# is whole. It fades where the surface is so steep that lines would touch.
SURFACE_FRAGMENT = """
uniform float u_opacity;
uniform float u_width;
uniform vec4 u_ink;
IN vec3 v_color;
IN vec3 v_grid;
void main() {
    float ink = 0.0;
#if defined(WIRES) || defined(LEVELS)
    vec3 slope = fwidth(v_grid) + 1e-9;
    vec3 away = abs(fract(v_grid - 0.5) - 0.5) / slope;
    vec3 lines = clamp(0.5 * u_width + 0.5 - away, 0.0, 1.0) * clamp(1.4 - 3.0 * u_width * slope, 0.0, 1.0);
#ifdef WIRES
    ink = max(lines.x, lines.y);
#endif
#ifdef LEVELS
    ink = max(ink, slope.z > 1e-6 ? lines.z : 0.0);
#endif
#endif
    ink *= u_ink.a;
    COLOR = vec4(mix(v_color, u_ink.rgb, ink), mix(u_opacity, 1.0, ink));
}
"""

FLAT_VERTEX = """
uniform mat4 u_matrix;
IN vec3 a_position;
void main() { gl_Position = u_matrix * vec4(a_position, 1.0); }
"""

FLAT_FRAGMENT = """
uniform vec4 u_tint;
void main() { COLOR = u_tint; }
"""

# a_corner is (0 or 1 along, -1 or 1 across). The quad reaches half a width beyond both ends, for round caps.
# With HEADS its third number says that the piece is the head of an arrow, from its base to its tip, and its fourth
# by how many 127ths it is thinner.
LINE_VERTEX = """
uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_width;
uniform float u_rim;
uniform float u_bias;
IN vec3 a_position;
IN vec3 a_end;
IN vec4 a_corner;
IN vec4 a_color;
OUT vec4 v_color;
OUT vec3 v_along;
OUT float v_w;
#ifdef HEADS
OUT vec2 v_shape;
#endif
void main() {
    vec4 p = u_matrix * vec4(a_position, 1.0);
    vec4 q = u_matrix * vec4(a_end, 1.0);
    vec2 from = p.xy / p.w * u_viewport * 0.5;
    vec2 to = q.xy / q.w * u_viewport * 0.5;
    vec2 along = to - from;
    float extent = length(along);
    along = extent > 1e-4 ? along / extent : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x);
#ifdef HEADS
    float wide = a_corner.z > 0.5 ? 0.42 * extent : 0.5 * u_width * (1.0 - a_corner.w / 127.0);
    float reach = wide + u_rim + 0.75;
    v_shape = vec2(wide, a_corner.z);
#else
    float reach = 0.5 * u_width + 0.75;
#endif
    float end = a_corner.x < 0.5 ? -1.0 : 1.0;
    vec4 here = a_corner.x < 0.5 ? p : q;
    vec2 shift = (along * end + across * a_corner.y) * reach;
    here.xy += shift / (u_viewport * 0.5) * here.w;
    here.z -= u_bias * here.w;
    gl_Position = here;
    v_color = a_color;
    v_along = vec3(a_corner.x * extent + end * reach, a_corner.y * reach, extent) * here.w;
    v_w = here.w;
}
"""

# The distance to a triangle is Inigo Quilez' sdTriangleIsosceles.
LINE_FRAGMENT = """
uniform vec4 u_tint;
uniform vec4 u_veil;
uniform float u_width;
uniform float u_rim;
uniform float u_core;
IN vec4 v_color;
IN vec3 v_along;
IN float v_w;
#ifdef HEADS
IN vec2 v_shape;
float triangle(vec2 p, vec2 q) {
    p.x = abs(p.x);
    vec2 a = p - q * clamp(dot(p, q) / dot(q, q), 0.0, 1.0);
    vec2 b = p - q * vec2(clamp(p.x / q.x, 0.0, 1.0), 1.0);
    float away = sqrt(min(dot(a, a), dot(b, b)));
    return min(p.y * q.x - p.x * q.y, q.y - p.y) > 0.0 ? -away : away;
}
#endif
void main() {
    vec3 along = v_along / v_w;
    vec2 away = vec2(max(max(-along.x, along.x - along.z), 0.0), along.y);
#ifdef HEADS
    float beyond = length(away) - v_shape.x;
    if (v_shape.y > 0.5) beyond = triangle(vec2(along.y, along.z - along.x), vec2(v_shape.x, along.z));
    float cover = clamp(u_rim + 0.5 - beyond, 0.0, 1.0);
#else
    float cover = clamp(0.5 * u_width + 0.5 - length(away), 0.0, 1.0);
#endif
    if (cover < u_core) discard;
    COLOR = vec4(mix(v_color.rgb * u_tint.rgb, u_veil.rgb, u_veil.a), v_color.a * u_tint.a * cover);
}
"""

# a_corner is (-1 or 1, -1 or 1).
MARKER_VERTEX = """
uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_radius;
uniform float u_bias;
IN vec3 a_position;
IN vec2 a_corner;
IN vec4 a_color;
OUT vec4 v_color;
OUT vec2 v_place;
void main() {
    vec4 here = u_matrix * vec4(a_position, 1.0);
    float reach = u_radius + 1.0;
    here.xy += a_corner * reach / (u_viewport * 0.5) * here.w;
    here.z -= u_bias * here.w;
    gl_Position = here;
    v_place = a_corner * reach;
    v_color = a_color;
}
"""

# The star is five-fold folded: its edge is one straight line in the wedge (after Inigo Quilez' sdStar5).
MARKER_FRAGMENT = """
uniform vec4 u_tint;
uniform vec4 u_veil;
uniform vec4 u_rim;
uniform float u_radius;
uniform float u_rim_width;
uniform float u_star;
uniform float u_core;
IN vec4 v_color;
IN vec2 v_place;
float star(vec2 p, float r) {
    vec2 k1 = vec2(0.809016994, -0.587785252);
    vec2 k2 = vec2(-0.809016994, -0.587785252);
    p.x = abs(p.x);
    p -= 2.0 * max(dot(k1, p), 0.0) * k1;
    p -= 2.0 * max(dot(k2, p), 0.0) * k2;
    p.x = abs(p.x);
    p.y -= r;
    vec2 ba = 0.42 * vec2(0.587785252, 0.809016994) - vec2(0.0, 1.0);
    float h = clamp(dot(p, ba) / dot(ba, ba), 0.0, r);
    return length(p - ba * h) * sign(p.y * ba.x - p.x * ba.y);
}
void main() {
    float away = u_star > 0.5 ? star(v_place, u_radius) : length(v_place) - u_radius;
    float cover = clamp(0.5 - away, 0.0, 1.0);
    if (cover < u_core || cover <= 0.0) discard;
    float inner = clamp(0.5 - away - u_rim_width, 0.0, 1.0);
    vec4 tint = vec4(mix(v_color.rgb * u_tint.rgb, u_veil.rgb, u_veil.a), v_color.a * u_tint.a);
    vec4 shade = mix(u_rim, tint, u_rim_width > 0.0 ? inner : 1.0);
    COLOR = vec4(shade.rgb, shade.a * cover);
}
"""

# a_position is in pixels from the left top corner, a_end the place in the texture, premultiplied.
TEXT_VERTEX = """
uniform vec2 u_viewport;
IN vec2 a_position;
IN vec2 a_end;
OUT vec2 v_place;
void main() {
    v_place = a_end;
    gl_Position = vec4(a_position / u_viewport * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""

TEXT_FRAGMENT = """
uniform sampler2D u_sheet;
IN vec2 v_place;
void main() { COLOR = TEXEL(u_sheet, v_place); }
"""

SOURCES = {
    "surface": (SURFACE_VERTEX, SURFACE_FRAGMENT),
    "flat": (FLAT_VERTEX, FLAT_FRAGMENT),
    "line": (LINE_VERTEX, LINE_FRAGMENT),
    "text": (TEXT_VERTEX, TEXT_FRAGMENT),
    "marker": (MARKER_VERTEX, MARKER_FRAGMENT),
}
ATTRIBUTES = ("a_position", "a_end", "a_corner", "a_color", "a_grid")


class Program:
    """A linked program; must be made and used while its context is current."""

    def __init__(self, name: str, *defines: str) -> None:
        vertex, fragment = SOURCES[name]
        switches = "".join(f"#define {define}\n" for define in defines)
        self.handle = GL.glCreateProgram()
        for kind, text in ((GL.GL_VERTEX_SHADER, vertex), (GL.GL_FRAGMENT_SHADER, fragment)):
            header = _header(kind == GL.GL_FRAGMENT_SHADER)
            GL.glAttachShader(self.handle, shaders.compileShader([header + switches + text], kind))
        for location, attribute in enumerate(ATTRIBUTES):
            GL.glBindAttribLocation(self.handle, location, attribute)
        GL.glLinkProgram(self.handle)
        if not GL.glGetProgramiv(self.handle, GL.GL_LINK_STATUS):
            raise InputError(tr("The graphics driver cannot link the scene's shaders."))
        self._uniforms: dict[str, int] = {}

    def set(self, **values: Any) -> None:
        """Set uniforms of the bound program: a (4, 4) array, a number, or 2 or 4 numbers; unused ones are ignored."""
        for name, value in values.items():
            if name not in self._uniforms:
                self._uniforms[name] = GL.glGetUniformLocation(self.handle, f"u_{name}")
            location = self._uniforms[name]
            if location < 0:
                continue
            if name == "matrix":
                GL.glUniformMatrix4fv(location, 1, GL.GL_TRUE, value)
            elif isinstance(value, (int, float)):
                GL.glUniform1f(location, value)
            elif len(value) == 2:
                GL.glUniform2f(location, *value)
            else:
                GL.glUniform4f(location, *value)

    def forget(self) -> None:
        """Take it as gone from the card."""
        self.handle = 0

    def release(self) -> None:
        """Delete it on the card; a context that shares it must be current."""
        GL.glDeleteProgram(self.handle)
        self.handle = 0


def _header(fragment: bool) -> str:
    """Return the lines that let one source serve old and new dialects of GLSL."""
    shape = QOpenGLContext.currentContext().format()
    embedded = QOpenGLContext.currentContext().isOpenGLES()
    modern = (shape.majorVersion(), shape.minorVersion()) >= ((3, 0) if embedded else (3, 1))
    precision = "precision highp float;\n" if embedded else ""
    if modern:
        version = "#version 300 es\n" if embedded else "#version 140\n"
        return (
            version + precision + "#define IN in\n#define OUT out\n"
            + ("out vec4 out_color;\n#define COLOR out_color\n#define TEXEL texture\n" if fragment else "")
        )  # fmt: skip
    extension = "#extension GL_OES_standard_derivatives : enable\n" if embedded and fragment else ""
    version = "" if embedded else "#version 120\n"
    varying = "#define IN varying\n" if fragment else "#define IN attribute\n#define OUT varying\n"
    return version + extension + precision + varying + "#define COLOR gl_FragColor\n#define TEXEL texture2D\n"
