#version 300 es
// What it is given is described in webgl.rs.
precision highp float;
precision highp int;

uniform highp sampler2D u_before;
uniform highp sampler2D u_after;
uniform highp sampler2D u_color;
uniform highp sampler2D u_form;
uniform highp usampler2D u_order;
uniform float u_progress;
uniform vec3 u_center;
uniform vec3 u_right;
uniform vec3 u_up;
uniform vec3 u_toward;
uniform float u_scale;
uniform float u_inverse;
uniform vec2 u_view;
uniform float u_radius;
uniform float u_ratio;
uniform float u_opacity;
uniform float u_growth;
uniform float u_outline;
uniform float u_fog;
uniform vec3 u_background;
uniform vec3 u_accent;
uniform vec3 u_text;

out vec2 v_at;
flat out float v_radius;
flat out int v_shape;
flat out vec4 v_fill;
flat out vec4 v_ring;
flat out vec3 v_widths;

void main() {
    int number = gl_VertexID / 6;
    int point = int(texelFetch(u_order, ivec2(number & 1023, number >> 10), 0).x);
    ivec2 cell = ivec2(point & 1023, point >> 10);
    vec4 before = texelFetch(u_before, cell, 0);
    vec3 after = texelFetch(u_after, cell, 0).xyz;
    vec4 color = texelFetch(u_color, cell, 0);
    vec4 form = texelFetch(u_form, cell, 0) * 255.0;
    int marks = int(form.z + 0.5);
    bool selected = (marks & 1) != 0;
    bool hovered = (marks & 2) != 0;
    bool marked = selected || hovered;
    bool plain = !marked && (marks & 4) == 0;

    vec3 d = mix(before.xyz, after, u_progress) - u_center;
    float shrink = 1.0 - dot(d, u_toward) * u_inverse;
    float near = 1.0 / max(shrink, 0.05);
    vec2 spot = vec2(dot(d, u_right), dot(d, u_up)) * u_scale * near;

    float presence = mix(before.w, 1.0, u_progress);
    v_radius = u_radius * (form.x / 63.75) * clamp(near, 0.4, 3.0) * presence
        * (plain ? 1.0 : u_growth);
    v_shape = int(form.y + 0.5);
    float outline = clamp(v_radius * 2.0 / u_ratio * 0.13, 0.0, 1.25);
    outline = marked ? max(outline, 1.5) : (outline < 0.3 ? 0.0 : outline);
    outline *= plain ? u_outline : 1.0;
    float ring = selected ? 2.25 : (hovered ? 1.75 : 0.0);
    float alpha = color.a * (plain ? u_opacity : 1.0);
    v_widths = vec3(vec2(outline, ring) * u_ratio, marked ? 1.0 : alpha);
    float fog = marked ? 0.0 : clamp((1.15 - near) / 0.5, 0.0, 1.0) * u_fog;
    v_fill = vec4(mix(color.rgb, u_background, fog), alpha);
    v_ring = vec4(selected ? u_accent : u_text, ring > 0.0 ? 1.0 : 0.0);

    int turn = gl_VertexID - number * 6; // 0 1 2, 2 1 3 are the corners.
    int at = turn < 3 ? turn : (turn == 3 ? 2 : (turn == 4 ? 1 : 3));
    vec2 corner = vec2(at & 1, at >> 1) * 2.0 - 1.0;
    float reach = v_shape == 0 ? 1.0 : 1.4;
    v_at = corner * (v_radius * reach + v_widths.x + v_widths.y + 0.75);
    gl_Position = vec4((spot + v_at) / (u_view * 0.5), 0.0, 1.0);
    if (shrink < 0.05) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    }
}
