"""A Flask application for tests."""

import os

from flask import Flask, Response, jsonify, make_response, request
from wsgiref.validate import validator

app = Flask(__name__)


@app.route("/hello/<name>")
def hello(name):
    return "Hello %s" % name


@app.route("/cookies")
def cookies():
    response = make_response(request.cookies.get("seen", "new"))
    response.set_cookie("seen", "before")
    response.set_cookie("other", "one")
    return response


@app.route("/stream")
def stream():
    return Response(("line %d\n" % i for i in range(5)), mimetype="text/plain")


@app.route("/upload", methods=["POST"])
def upload():
    file = request.files["file"]
    return jsonify(name=file.filename, size=len(file.read()), note=request.form["note"])


@app.route("/json", methods=["POST", "PUT"])
def json():
    return jsonify(got=request.get_json(), method=request.method), 201


validated = validator(app)
