"""Uploads: only images are stored, and only after they were re-encoded. W32 to W34."""

import re
from io import BytesIO

import pytest
from django.test import Client
from django.urls import resolve, reverse
from PIL import Image

from labs.models import Lab
from lessons.images import MAX_BYTES
from lessons.models import Lesson
from lessons.pages.views import authoring
from lessons.rendering import render
from tests.authoring.conftest import as_file, make_instructor, picture, save
from tests.factories import make_course, make_lab, make_learner, make_user

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"GIF89a<html><script>alert(1)</script></html>"


def bomb(side: int) -> bytes:
    """A square of many pixels and few bytes."""
    encoded = BytesIO()
    Image.new("1", (side, side)).save(encoded, "PNG")
    return encoded.getvalue()


def moving() -> bytes:
    encoded = BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(encoded, "WEBP", save_all=True, append_images=frames[1:])
    return encoded.getvalue()


def upload(client, course, file, **options):
    return client.post(reverse("markdownx_upload"), {"course": course.pk, "image": file}, **options)


def stored(response, media) -> bytes:
    name = re.fullmatch(r"!\[\]\(/media/images/([0-9a-f]{32}\.\w+)\)", response.json()["image_code"])
    assert name, response.json()
    return (media / name[1]).read_bytes()


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")], ids=lambda value: value
)
def test_a_picture_is_stored_at_its_size_under_a_random_name(staff, course, media, kind, ending):
    code = upload(staff, course, as_file(picture(kind), "evil.html", "text/html")).json()["image_code"]
    assert code.endswith(f"{ending})")
    (kept,) = media.iterdir()
    assert "evil" not in kept.name
    assert Image.open(kept).size == (900, 700)
    assert Image.open(kept).format == kind


def test_a_picture_loses_its_metadata_but_stands_upright(staff, course, media):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # turned by 90 degrees; a description
    kept = stored(upload(staff, course, as_file(picture("JPEG", exif=exif.tobytes()))), media)
    assert b"taken at home" not in kept
    assert Image.open(BytesIO(kept)).size == (700, 900)
    assert not Image.open(BytesIO(kept)).getexif()


def test_transparency_and_palettes_survive(staff, course, media):
    encoded = BytesIO()
    Image.new("RGBA", (5, 5), (0, 0, 0, 0)).convert("P").save(encoded, "PNG", transparency=0)
    kept = Image.open(BytesIO(stored(upload(staff, course, as_file(encoded.getvalue())), media)))
    assert kept.convert("RGBA").getpixel((0, 0))[3] == 0


def test_bytes_after_a_picture_are_not_kept(staff, course, media):
    kept = stored(upload(staff, course, as_file(picture() + b"; rm -rf /")), media)
    assert b"rm -rf" not in kept


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SVG, "not an image in a supported format"),
        (HTML, "The file contains more than an image."),
        (picture() + b"<script>alert(1)</script>", "The file contains more than an image."),
        (picture("JPEG") + b"%PDF-1.7", "The file contains more than an image."),
        (picture("GIF"), "Export it as PNG, JPEG or WebP."),
        (picture()[:200], "not an image in a supported format"),
        (b"", "not an image in a supported format"),
        (bomb(20_000), "Scale it down first"),
        (bomb(4_500), "4,500 × 4,500 pixels"),
        (moving(), "Export one frame as PNG."),
        (b"\x89PNG" + bytes(MAX_BYTES), "The limit is 5 MB."),
    ],
    ids="SVG HTML-as-GIF PNG-and-HTML JPEG-and-PDF GIF half empty bomb wide moving large".split(),  # noqa: SIM905
)  # fmt: skip
def test_file_that_is_not_a_picture_is_refused_with_instructions(staff, course, media, data, says):
    response = upload(staff, course, as_file(data, "a.gif", "image/gif"))
    assert response.status_code == 400
    assert says in response.json()["image"][0]
    assert not media.exists()


def test_an_upload_without_a_file_says_so(staff, course):
    response = staff.post(reverse("markdownx_upload"), {"course": course.pk})
    assert response.json() == {"image": ["Choose an image first."]}


def test_signed_out_user_is_redirected_to_sign_in(client, course, media):
    response = upload(client, course, as_file(picture()))
    assert response.url.startswith(reverse("account_login"))
    assert not media.exists()


def test_learners_and_instructors_of_other_courses_upload_nothing(client, course, media):
    client.force_login(make_user())
    assert upload(client, course, as_file(picture())).status_code == 403
    client.force_login(make_instructor(make_course()))
    assert upload(client, course, as_file(picture())).status_code == 404
    assert not media.exists()


def test_an_upload_needs_a_csrf_token(instructor, course):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(instructor)
    assert upload(strict, course, as_file(picture())).status_code == 403


def test_a_picture_is_served_so_that_nothing_in_it_can_run(client, staff, course):
    address = upload(staff, course, as_file(picture())).json()["image_code"][4:-1]
    response = staff.get(address)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert Image.open(BytesIO(b"".join(response.streaming_content))).size == (900, 700)


def statuses(address, people) -> list[int]:
    found = []
    for person in people:
        client = Client()
        if person:
            client.force_login(person)
        found.append(client.get(address).status_code)
    return found


def test_a_picture_is_for_those_who_may_read_a_text_with_it(staff, course, lesson, instructor):
    code = upload(staff, course, as_file(picture())).json()["image_code"].replace("![]", "![A map]")
    address = code.partition("](")[2].removesuffix(")")
    other = make_instructor(make_course())
    people = [instructor, make_learner(course).user, other, make_user(), None]
    assert statuses(address, people) == [200, 404, 200, 404, 404]  # in no text yet
    save(lesson, code)
    assert statuses(address, people) == [200, 200, 404, 404, 404]
    save(lesson, f"::: staff\n{code}\n:::")
    Lesson.objects.update(public=True)
    assert statuses(address, people) == [200, 404, 404, 404, 404]
    save(Lesson.objects.get(), code)
    assert statuses(address, people) == [200] * 5
    assert Client().get(address).headers["Cache-Control"] == "public, max-age=86400, immutable"
    Lesson.objects.update(status="draft")
    assert statuses(address, people) == [200, 404, 404, 404, 404]


def test_a_picture_of_a_lab_is_for_those_who_may_open_it(staff, course, media):
    lab = make_lab(course)
    name = upload(staff, course, as_file(picture())).json()["image_code"][4:-1]
    Lab.objects.filter(pk=lab.pk).update(brief_html=f'<img src="{name}" alt="A map">')
    assert statuses(name, [make_learner(course).user, make_user(), None]) == [200, 404, 404]


@pytest.mark.parametrize("name", ["0" * 32 + ".png", "../db.sqlite3", "0" * 32 + ".html", "a.svg"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/media/images/{name}").status_code == 404


def test_the_url_of_a_picture_passes_the_renderer():
    rendered = render(f"![A pipeline](/media/images/{'0' * 32}.png)", link=lambda *_: None)
    assert f'<img src="/media/images/{"0" * 32}.png" alt="A pipeline">' in rendered.html
    assert rendered.problems == []


def test_markdownx_own_views_have_no_url():
    assert resolve("/markdownx/upload/").func is authoring.upload
    assert resolve("/markdownx/markdownify/").func is authoring.preview
