//! Draws the marks with WebGL2, two triangles each, in one call. The vertices have no attributes:
//! the shader finds the point by the number of the vertex and reads the rest from textures.
//! Instances of so few vertices are slow on some graphics processors and, at tens of microseconds
//! each, unusable where software stands in for one.

use js_sys::{Float32Array, Object, Uint8Array, Uint32Array};
use wasm_bindgen::JsCast;
use web_sys::{
    HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlContextAttributes, WebGlProgram,
    WebGlShader, WebGlTexture, WebGlUniformLocation, WebglLoseContext,
};

use crate::picture::FOG;
use crate::scene::{Scene, Versions};
use crate::{Rgba, ScatterError};

/// Points in one row of the data textures; the shader knows it too.
const ROW: usize = 1024;

/// What a context holds of a scene. Everything is made anew after a lost context.
pub(super) struct WebGl {
    gl: Gl,
    program: WebGlProgram,
    /// Places before and after, colours, forms, the list of points to draw.
    textures: [WebGlTexture; 5],
    uploaded: Option<Versions>,
    theme_is_dark: bool,
}

fn refused(what: &str) -> ScatterError {
    ScatterError::Browser(format!("WebGL2 refused {what}"))
}

fn shader(gl: &Gl, kind: u32, source: &str) -> Result<WebGlShader, ScatterError> {
    let shader = gl.create_shader(kind).ok_or_else(|| refused("a shader"))?;
    gl.shader_source(&shader, source);
    gl.compile_shader(&shader);
    Ok(shader)
}

impl WebGl {
    /// Sets the canvas up.
    ///
    /// # Errors
    /// When the browser has no WebGL2, or its driver refuses the program; the canvas stays usable
    /// only if no context was made.
    pub fn new(canvas: &HtmlCanvasElement) -> Result<Self, ScatterError> {
        let wishes = WebGlContextAttributes::new();
        wishes.set_antialias(false);
        wishes.set_depth(false);
        wishes.set_alpha(true);
        // Many points are drawn in several frames, each adding to what is there.
        wishes.set_preserve_drawing_buffer(true);
        let context = canvas
            .get_context_with_context_options("webgl2", &wishes)
            .ok()
            .flatten()
            .ok_or_else(|| refused("a context"))?;
        let gl: Gl = context.dyn_into().map_err(|_| refused("a context"))?;
        let program = gl.create_program().ok_or_else(|| refused("a program"))?;
        for (kind, source) in [
            (Gl::VERTEX_SHADER, include_str!("marks.vert")),
            (Gl::FRAGMENT_SHADER, include_str!("marks.frag")),
        ] {
            let shader = shader(&gl, kind, source)?;
            gl.attach_shader(&program, &shader);
        }
        gl.link_program(&program);
        if gl.get_program_parameter(&program, Gl::LINK_STATUS) != true {
            let log = gl.get_program_info_log(&program).unwrap_or_default();
            return Err(refused(&format!("its program: {log}")));
        }
        let texture = || gl.create_texture().ok_or_else(|| refused("a texture"));
        let textures = [texture()?, texture()?, texture()?, texture()?, texture()?];
        for (unit, texture) in (0..).zip(&textures) {
            gl.active_texture(Gl::TEXTURE0 + unit);
            gl.bind_texture(Gl::TEXTURE_2D, Some(texture));
            for (name, value) in [
                (Gl::TEXTURE_MIN_FILTER, Gl::NEAREST),
                (Gl::TEXTURE_MAG_FILTER, Gl::NEAREST),
                (Gl::TEXTURE_WRAP_S, Gl::CLAMP_TO_EDGE),
                (Gl::TEXTURE_WRAP_T, Gl::CLAMP_TO_EDGE),
            ] {
                gl.tex_parameteri(Gl::TEXTURE_2D, name, value as i32);
            }
        }
        gl.use_program(Some(&program));
        // Place before the movement, and how much of the mark was there; place after it; straight
        // alpha; size / 4, shape / 255, marks / 255 (1 selected, 2 hovered, 4 more than a dot); the
        // points to draw: all that changes from frame to frame.
        let samplers = ["u_before", "u_after", "u_color", "u_form", "u_order"];
        for (unit, name) in samplers.into_iter().enumerate() {
            let at = gl.get_uniform_location(&program, name);
            gl.uniform1i(at.as_ref(), unit as i32);
        }
        Ok(Self {
            gl,
            program,
            textures,
            uploaded: None,
            theme_is_dark: false,
        })
    }

    /// Gives the context back at once: browsers keep only some, and drop the oldest otherwise.
    pub fn release(&self) {
        if let Ok(Some(extension)) = self.gl.get_extension("WEBGL_lose_context") {
            let extension: WebglLoseContext = extension.unchecked_into();
            extension.lose_context();
        }
    }

    /// Clears the canvas, which is `width` by `height` device pixels.
    pub fn clear(&self, width: f64, height: f64) {
        self.gl.viewport(0, 0, width as i32, height as i32);
        self.gl.clear_color(0.0, 0.0, 0.0, 0.0);
        self.gl.clear(Gl::COLOR_BUFFER_BIT);
    }

    /// Draws the points of `order`, the first on top, beneath what is drawn already, on `width`
    /// by `height` device pixels, `ratio` of them to a CSS px.
    pub fn draw(&mut self, scene: &Scene, order: &[u32], width: f64, height: f64, ratio: f64) {
        if order.is_empty() || scene.len() == 0 {
            return;
        }
        self.upload(scene);
        let gl = &self.gl;
        gl.viewport(0, 0, width as i32, height as i32);
        gl.use_program(Some(&self.program));
        gl.enable(Gl::BLEND);
        // Destination over source, with premultiplied colours.
        gl.blend_func(Gl::ONE_MINUS_DST_ALPHA, Gl::ONE);
        for (unit, texture) in (0..).zip(&self.textures) {
            gl.active_texture(Gl::TEXTURE0 + unit);
            gl.bind_texture(Gl::TEXTURE_2D, Some(texture));
        }
        self.uniforms(scene, width, height, ratio);
        let rows = order.len().div_ceil(ROW);
        let mut list = order.to_vec();
        list.resize(rows * ROW, 0);
        let list: Object = Uint32Array::from(&list[..]).into();
        self.texels(
            4,
            rows,
            (Gl::R32UI, Gl::RED_INTEGER, Gl::UNSIGNED_INT),
            &list,
        );
        gl.draw_arrays(Gl::TRIANGLES, 0, order.len() as i32 * 6);
    }

    fn at(&self, name: &str) -> Option<WebGlUniformLocation> {
        self.gl.get_uniform_location(&self.program, name)
    }

    /// What both shaders are told of the scene. (Comments there would be sent to everybody.)
    fn uniforms(&self, scene: &Scene, width: f64, height: f64, ratio: f64) {
        let lens = &scene.view.lens;
        let theme = &scene.theme;
        let number = |name, value: f64| {
            self.gl.uniform1f(self.at(name).as_ref(), value as f32);
        };
        let vector = |name, [x, y, z]: [f64; 3]| {
            let at = self.at(name);
            self.gl.uniform3f(at.as_ref(), x as f32, y as f32, z as f32);
        };
        let color = |name, Rgba(r, g, b, _): Rgba| {
            vector(name, [r, g, b].map(|channel| f64::from(channel) / 255.0));
        };
        let [right, up, toward] = lens.basis();
        vector("u_center", lens.camera.center);
        vector("u_right", right);
        vector("u_up", up);
        vector("u_toward", toward);
        // Device pixels for one unit at the centre.
        number("u_scale", lens.scale() * ratio);
        // One over the distance of the eye.
        number("u_inverse", lens.inverse_distance());
        // Of the movement, 0 to 1.
        number("u_progress", scene.progress);
        // Of an ordinary mark, in device pixels.
        number("u_radius", scene.diameter() / 2.0 * ratio);
        // Device pixels for one CSS px.
        number("u_ratio", ratio);
        // Of ordinary marks; growth is of those that are not.
        number("u_opacity", scene.opacity());
        number("u_growth", scene.growth());
        // 1 where ordinary marks have an outline.
        number("u_outline", if scene.is_crowd() { 0.0 } else { 1.0 });
        // The most that depth takes from a colour.
        number("u_fog", if scene.is_solid() { FOG } else { 0.0 });
        color("u_background", theme.background);
        color("u_accent", theme.accent);
        color("u_text", theme.text);
        let view = self.at("u_view");
        self.gl
            .uniform2f(view.as_ref(), width as f32, height as f32);
    }

    /// Brings the textures up to date.
    fn upload(&mut self, scene: &Scene) {
        let dark = scene.theme.is_dark();
        let places = self.uploaded.map(|v| v.places) != Some(scene.versions.places);
        let looks = self.uploaded.map(|v| v.looks) != Some(scene.versions.looks)
            // Points without a colour of their own take the theme's.
            || self.theme_is_dark != dark;
        let count = scene.len();
        let rows = count.div_ceil(ROW);
        if count == 0 {
            return;
        }
        if places {
            let mut before = vec![0.0_f32; rows * ROW * 4];
            for (to, from) in before.chunks_exact_mut(4).zip(&scene.before) {
                to.copy_from_slice(from);
            }
            self.floats(0, rows, &before);
            for (to, from) in before.chunks_exact_mut(4).zip(&scene.cloud.places) {
                to[..3].copy_from_slice(from);
            }
            self.floats(1, rows, &before);
        }
        if looks {
            let mut colors = vec![0_u8; rows * ROW * 4];
            let mut forms = vec![0_u8; rows * ROW * 4];
            for index in 0..count {
                let Rgba(r, g, b, a) = scene.color(index);
                colors[index * 4..][..4].copy_from_slice(&[r, g, b, a]);
                let marks = u8::from(scene.is_selected(index))
                    | u8::from(scene.hovered == Some(index as u32)) << 1
                    | u8::from(scene.is_more_than_dot(index)) << 2;
                let size = (scene.size(index) * 63.75).round() as u8;
                let form = [size, scene.shape(index) as u8, marks, 0];
                forms[index * 4..][..4].copy_from_slice(&form);
            }
            self.bytes(2, rows, &colors);
            self.bytes(3, rows, &forms);
        }
        self.uploaded = Some(scene.versions);
        self.theme_is_dark = dark;
    }

    fn floats(&self, unit: u32, rows: usize, values: &[f32]) {
        let values: Object = Float32Array::from(values).into();
        self.texels(unit, rows, (Gl::RGBA32F, Gl::RGBA, Gl::FLOAT), &values);
    }

    fn bytes(&self, unit: u32, rows: usize, values: &[u8]) {
        let values: Object = Uint8Array::from(values).into();
        self.texels(
            unit,
            rows,
            (Gl::RGBA8, Gl::RGBA, Gl::UNSIGNED_BYTE),
            &values,
        );
    }

    /// Fills a texture of `rows` rows; its kind is the internal format, format and type.
    fn texels(&self, unit: u32, rows: usize, kind: (u32, u32, u32), values: &Object) {
        let gl = &self.gl;
        gl.active_texture(Gl::TEXTURE0 + unit);
        gl.bind_texture(Gl::TEXTURE_2D, Some(&self.textures[unit as usize]));
        // Fails only for arguments of the wrong kind.
        let _ = gl
            .tex_image_2d_with_i32_and_i32_and_i32_and_format_and_type_and_opt_array_buffer_view(
                Gl::TEXTURE_2D,
                0,
                kind.0 as i32,
                ROW as i32,
                rows as i32,
                0,
                kind.1,
                kind.2,
                Some(values),
            );
    }
}
